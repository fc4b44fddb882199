package main

import (
	"math/big"
	"reflect"
	"strconv"
	"strings"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

// object is a Terraform object as plain Go: nil is null, and unknown is what the apply will tell.
type object = map[string]any

var unknown any = tftypes.UnknownValue

// decode turns what came over the wire into plain Go; a null object becomes a nil map.
func decode(schema *tfprotov6.Schema, wire *tfprotov6.DynamicValue) (object, error) {
	value, err := wire.Unmarshal(schema.ValueType())
	if err != nil {
		return nil, err
	}
	decoded, _ := plain(value).(object)
	return decoded, nil
}

func encode(schema *tfprotov6.Schema, fields object) (*tfprotov6.DynamicValue, error) {
	var value any
	if fields != nil {
		value = fields
	}
	wire, err := tfprotov6.NewDynamicValue(schema.ValueType(), typed(schema.ValueType(), value))
	return &wire, err
}

func plain(value tftypes.Value) any {
	if !value.IsKnown() {
		return unknown
	}
	if value.IsNull() {
		return nil
	}
	switch kind := value.Type(); kind.(type) {
	case tftypes.Object, tftypes.Map:
		decoded := object{}
		for name, field := range as[map[string]tftypes.Value](value) {
			decoded[name] = plain(field)
		}
		return decoded
	case tftypes.List:
		decoded := []any{}
		for _, element := range as[[]tftypes.Value](value) {
			decoded = append(decoded, plain(element))
		}
		return decoded
	default:
		switch {
		case kind.Is(tftypes.Bool):
			return as[bool](value)
		case kind.Is(tftypes.Number):
			number, _ := as[*big.Float](value).Float64()
			return number
		}
		return as[string](value)
	}
}

// as reads a value whose type is known, so that it cannot fail.
func as[T any](value tftypes.Value) T {
	var found T
	if err := value.As(&found); err != nil {
		panic(err)
	}
	return found
}

func typed(kind tftypes.Type, value any) tftypes.Value {
	if value == nil || value == unknown {
		return tftypes.NewValue(kind, value)
	}
	switch kind := kind.(type) {
	case tftypes.Object:
		fields := map[string]tftypes.Value{}
		for name, inner := range kind.AttributeTypes {
			fields[name] = typed(inner, value.(object)[name])
		}
		return tftypes.NewValue(kind, fields)
	case tftypes.Map:
		fields := map[string]tftypes.Value{}
		for name, child := range value.(object) {
			fields[name] = typed(kind.ElementType, child)
		}
		return tftypes.NewValue(kind, fields)
	case tftypes.List:
		elements := make([]tftypes.Value, len(value.([]any)))
		for i, child := range value.([]any) {
			elements[i] = typed(kind.ElementType, child)
		}
		return tftypes.NewValue(kind, elements)
	}
	return tftypes.NewValue(kind, value)
}

// at reads a value by its dotted path; list elements are numbers.
func at(value any, path string) any {
	for step := range strings.SplitSeq(path, ".") {
		switch inner := value.(type) {
		case object:
			value = inner[step]
		case []any:
			i, err := strconv.Atoi(step)
			if err != nil || i >= len(inner) {
				return nil
			}
			value = inner[i]
		default:
			return nil
		}
	}
	return value
}

// text reads a string, or nothing where there is none yet.
func text(value any, path string) string {
	found, _ := at(value, path).(string)
	return found
}

func attributePath(path string) *tftypes.AttributePath {
	steps := tftypes.NewAttributePath()
	for step := range strings.SplitSeq(path, ".") {
		if i, err := strconv.Atoi(step); err == nil {
			steps = steps.WithElementKeyInt(i)
		} else {
			steps = steps.WithAttributeName(step)
		}
	}
	return steps
}

func same(a, b any) bool { return reflect.DeepEqual(a, b) }
