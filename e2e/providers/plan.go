package main

import "github.com/hashicorp/terraform-plugin-go/tfprotov6"

// plan says what a resource will look like. There are two kinds of provider to stand in for: those of the plugin
// framework tell nothing computed any more once anything changes; those of the older SDK keep what was computed
// and are excused when the apply brings another value.
func (r *resource) plan(schema *tfprotov6.Schema, config, prior, proposed object) (object, error) {
	create := prior == nil
	planned, err := r.draft(schema, config, proposed, create)
	if err != nil || create || r.legacy || same(prior, planned) {
		return planned, err
	}
	return r.draft(schema, config, proposed, true)
}

func (r *resource) draft(schema *tfprotov6.Schema, config, proposed object, forget bool) (object, error) {
	f := filler{defaults: r.defaults, forget: forget}
	planned := f.block(schema.Block, "", config, proposed)
	if r.resolve == nil {
		return planned, nil
	}
	return planned, r.resolve(config, planned)
}

// replacements lists what cannot be changed in place and is to change.
func (r *resource) replacements(prior, planned object) []string {
	var paths []string
	for _, path := range r.replace {
		if prior != nil && !same(at(prior, path), at(planned, path)) {
			paths = append(paths, path)
		}
	}
	return paths
}

// filler puts defaults, and unknowns for what the apply computes, where the configuration is silent.
type filler struct {
	defaults object
	forget   bool
}

func (f filler) block(block *tfprotov6.SchemaBlock, path string, config, proposed object) object {
	filled := f.attributes(block.Attributes, path, config, proposed)
	for _, nested := range block.BlockTypes {
		name := nested.TypeName
		filled[name] = f.each(config[name], proposed[name], func(config, proposed object) object {
			return f.block(nested.Block, path+name+".", config, proposed)
		})
	}
	return filled
}

func (f filler) attributes(attributes []*tfprotov6.SchemaAttribute, path string, config, proposed object) object {
	filled := object{}
	for _, attribute := range attributes {
		name := attribute.Name
		standard, hasDefault := f.defaults[path+name]
		switch {
		case attribute.WriteOnly:
			filled[name] = nil
		case config[name] == nil && hasDefault:
			filled[name] = standard
		case config[name] == nil && attribute.Computed && f.forget:
			filled[name] = unknown
		case config[name] != nil && attribute.NestedType != nil:
			filled[name] = f.each(config[name], proposed[name], func(config, proposed object) object {
				return f.attributes(attribute.NestedType.Attributes, path+name+".", config, proposed)
			})
		default:
			filled[name] = proposed[name]
		}
	}
	return filled
}

// each fills an object, or the objects of a list, and leaves alone what is null or unknown.
func (f filler) each(config, proposed any, fill func(config, proposed object) object) any {
	switch proposed := proposed.(type) {
	case object:
		inner, _ := config.(object)
		return fill(inner, proposed)
	case []any:
		given, _ := config.([]any)
		filled := make([]any, len(proposed))
		for i := range proposed {
			var inner any
			if i < len(given) {
				inner = given[i]
			}
			filled[i] = f.each(inner, proposed[i], fill)
		}
		return filled
	}
	return proposed
}
