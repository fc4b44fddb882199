package main

import (
	"embed"
	"encoding/json"
	"fmt"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

//go:embed schemas/*.json
var schemaFiles embed.FS

type attributeJSON struct {
	Type       json.RawMessage `json:"type"`
	NestedType *struct {
		Attributes map[string]attributeJSON `json:"attributes"`
		Nesting    string                   `json:"nesting_mode"`
	} `json:"nested_type"`
	Required   bool `json:"required"`
	Optional   bool `json:"optional"`
	Computed   bool `json:"computed"`
	Sensitive  bool `json:"sensitive"`
	WriteOnly  bool `json:"write_only"`
	Deprecated bool `json:"deprecated"`
}

type blockJSON struct {
	Attributes map[string]attributeJSON `json:"attributes"`
	Blocks     map[string]struct {
		Block   blockJSON `json:"block"`
		Nesting string    `json:"nesting_mode"`
		Min     int64     `json:"min_items"`
		Max     int64     `json:"max_items"`
	} `json:"block_types"`
	Deprecated bool `json:"deprecated"`
}

type schemaJSON struct {
	Version int64     `json:"version"`
	Block   blockJSON `json:"block"`
}

// readSchemas gives a provider's own schema and those of its resources, out of the committed cut.
func readSchemas(name string) (*tfprotov6.Schema, map[string]*tfprotov6.Schema, error) {
	text, err := schemaFiles.ReadFile("schemas/" + name + ".json")
	if err != nil {
		return nil, nil, err
	}
	var cut struct {
		Provider  schemaJSON            `json:"provider"`
		Resources map[string]schemaJSON `json:"resource_schemas"`
	}
	if err := json.Unmarshal(text, &cut); err != nil {
		return nil, nil, err
	}
	provider, err := cut.Provider.convert()
	schemas := map[string]*tfprotov6.Schema{}
	for name, schema := range cut.Resources {
		if err == nil {
			schemas[name], err = schema.convert()
		}
	}
	return provider, schemas, err
}

func (s schemaJSON) convert() (*tfprotov6.Schema, error) {
	block, err := s.Block.convert()
	return &tfprotov6.Schema{Version: s.Version, Block: block}, err
}

func (b blockJSON) convert() (*tfprotov6.SchemaBlock, error) {
	attributes, err := convertAttributes(b.Attributes)
	if err != nil {
		return nil, err
	}
	block := &tfprotov6.SchemaBlock{Attributes: attributes, Deprecated: b.Deprecated}
	for name, nested := range b.Blocks {
		inner, err := nested.Block.convert()
		if err != nil {
			return nil, err
		}
		nesting, known := map[string]tfprotov6.SchemaNestedBlockNestingMode{
			"single": tfprotov6.SchemaNestedBlockNestingModeSingle,
			"list":   tfprotov6.SchemaNestedBlockNestingModeList,
		}[nested.Nesting]
		if !known {
			return nil, fmt.Errorf("block %s: nesting %s is not handled", name, nested.Nesting)
		}
		block.BlockTypes = append(block.BlockTypes, &tfprotov6.SchemaNestedBlock{
			TypeName: name, Block: inner, Nesting: nesting, MinItems: nested.Min, MaxItems: nested.Max,
		})
	}
	return block, nil
}

func convertAttributes(from map[string]attributeJSON) ([]*tfprotov6.SchemaAttribute, error) {
	var attributes []*tfprotov6.SchemaAttribute
	for name, a := range from {
		attribute := &tfprotov6.SchemaAttribute{
			Name: name, Required: a.Required, Optional: a.Optional, Computed: a.Computed,
			Sensitive: a.Sensitive, WriteOnly: a.WriteOnly, Deprecated: a.Deprecated,
		}
		var err error
		if a.NestedType == nil {
			attribute.Type, err = convertType(a.Type)
		} else {
			attribute.NestedType, err = convertNested(a.NestedType.Attributes, a.NestedType.Nesting)
		}
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		attributes = append(attributes, attribute)
	}
	return attributes, nil
}

func convertNested(from map[string]attributeJSON, mode string) (*tfprotov6.SchemaObject, error) {
	attributes, err := convertAttributes(from)
	if err != nil {
		return nil, err
	}
	nesting, known := map[string]tfprotov6.SchemaObjectNestingMode{
		"single": tfprotov6.SchemaObjectNestingModeSingle,
		"list":   tfprotov6.SchemaObjectNestingModeList,
	}[mode]
	if !known {
		return nil, fmt.Errorf("nesting %s is not handled", mode)
	}
	return &tfprotov6.SchemaObject{Attributes: attributes, Nesting: nesting}, nil
}

func convertType(text json.RawMessage) (tftypes.Type, error) {
	switch string(text) {
	case `"string"`:
		return tftypes.String, nil
	case `"number"`:
		return tftypes.Number, nil
	case `"bool"`:
		return tftypes.Bool, nil
	}
	var pair []json.RawMessage
	if json.Unmarshal(text, &pair) != nil || len(pair) != 2 {
		return nil, fmt.Errorf("type %s is not handled", text)
	}
	element, err := convertType(pair[1])
	if err != nil {
		return nil, err
	}
	switch string(pair[0]) {
	case `"list"`:
		return tftypes.List{ElementType: element}, nil
	case `"map"`:
		return tftypes.Map{ElementType: element}, nil
	}
	return nil, fmt.Errorf("type %s is not handled", text)
}
