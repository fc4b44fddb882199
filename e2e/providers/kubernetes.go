package main

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"strings"
)

var kubernetesResources = map[string]*resource{
	"kubernetes_namespace":     namespaces,
	"kubernetes_namespace_v1":  namespaces,
	"kubernetes_config_map":    configMaps,
	"kubernetes_config_map_v1": configMaps,
	"kubernetes_labels":        labels,
}

var namespaces = (&kind{name: "Namespace", plural: "namespaces"}).resource(object{"wait_for_default_service_account": false})

var configMaps = (&kind{
	name: "ConfigMap", plural: "configmaps", namespaced: true,
	fields: map[string]string{"data": "data", "binary_data": "binaryData", "immutable": "immutable"},
}).resource(object{"metadata.namespace": "default"})

// kind is a kind of object in the API's core group, with the fields that Terraform calls otherwise.
type kind struct {
	name, plural string
	namespaced   bool
	fields       map[string]string
}

func (k *kind) resource(defaults object) *resource {
	replace := []string{"metadata.0.name", "metadata.0.generate_name"}
	if k.namespaced {
		replace = append(replace, "metadata.0.namespace")
	}
	return &resource{legacy: true, defaults: defaults, replace: replace, write: k.write, read: k.read, remove: k.remove}
}

func (k *kind) collection(state object) string {
	if k.namespaced {
		return "/api/v1/namespaces/" + text(state, "metadata.0.namespace") + "/" + k.plural
	}
	return "/api/v1/" + k.plural
}

func (k *kind) path(state object) string {
	return k.collection(state) + "/" + text(state, "metadata.0.name")
}

func (k *kind) write(ctx context.Context, api *api, prior, planned object) (object, error) {
	if planned["wait_for_default_service_account"] == true {
		return nil, errors.New("the stand-in does not know wait_for_default_service_account: leave it out")
	}
	body := object{"apiVersion": "v1", "kind": k.name, "metadata": object{}}
	for _, name := range []string{"labels", "annotations"} {
		put(body["metadata"].(object), name, at(prior, "metadata.0."+name), at(planned, "metadata.0."+name))
	}
	for ours, theirs := range k.fields {
		put(body, theirs, prior[ours], planned[ours])
	}
	method, path, contentType := http.MethodPatch, k.path(planned), asMergePatch
	if prior == nil {
		method, path, contentType = http.MethodPost, k.collection(planned), asJSON
		put(body["metadata"].(object), "name", nil, text(planned, "metadata.0.name"))
		put(body["metadata"].(object), "generateName", nil, text(planned, "metadata.0.generate_name"))
	}
	answer, err := api.do(ctx, method, path, contentType, body)
	if err != nil {
		return nil, err
	}
	return k.state(planned, answer), nil
}

// put adds a field to a merge patch; keys that are to go are null in it.
func put(body object, name string, before, after any) {
	wanted, _ := after.(object)
	was, isMap := before.(object)
	switch {
	case isMap:
		patch := object{}
		for key := range was {
			patch[key] = nil
		}
		maps.Copy(patch, wanted)
		body[name] = patch
	case after != nil && after != "" || before != nil:
		body[name] = after
	}
}

func (k *kind) read(ctx context.Context, api *api, state object) (object, error) {
	found, err := api.get(ctx, k.path(state))
	if absent(err) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return k.state(state, found), nil
}

func (k *kind) state(from, found object) object {
	state := maps.Clone(from)
	metadata := maps.Clone(at(from, "metadata.0").(object))
	for _, name := range []string{"labels", "annotations"} {
		known, _ := metadata[name].(object)
		metadata[name] = settle(metadata[name], withoutInternal(at(found, "metadata."+name), known))
	}
	metadata["name"], metadata["uid"] = at(found, "metadata.name"), at(found, "metadata.uid")
	metadata["resource_version"] = at(found, "metadata.resourceVersion")
	metadata["generation"] = 0.0
	if generation, counted := at(found, "metadata.generation").(float64); counted {
		metadata["generation"] = generation
	}
	for ours, theirs := range k.fields {
		state[ours] = settle(from[ours], found[theirs])
	}
	state["metadata"] = []any{metadata}
	state["id"] = metadata["name"]
	if k.namespaced {
		state["id"] = text(state, "metadata.0.namespace") + "/" + text(state, "metadata.0.name")
	}
	return state
}

// settle prefers what the API server holds, but takes its silence for whichever way Terraform wrote nothing.
func settle(known, found any) any {
	if empty, isMap := known.(object); isMap && len(empty) == 0 && found == nil {
		return known
	}
	if found == nil && known == false {
		return known
	}
	return found
}

// withoutInternal leaves out the keys that Kubernetes itself sets, unless the configuration names them.
func withoutInternal(found any, known object) any {
	kept := object{}
	all, _ := found.(object)
	for key, value := range all {
		domain, _, _ := strings.Cut(key, "/")
		_, named := known[key]
		if named || domain != "kubernetes.io" && !strings.HasSuffix(domain, ".kubernetes.io") {
			kept[key] = value
		}
	}
	if len(kept) == 0 {
		return nil
	}
	return kept
}

func (k *kind) remove(ctx context.Context, api *api, state object) error {
	_, err := api.do(ctx, http.MethodDelete, k.path(state), asJSON, nil)
	if err != nil && !absent(err) {
		return err
	}
	return until(ctx, "the end of "+k.path(state), func() (bool, error) {
		_, err := api.get(ctx, k.path(state))
		if absent(err) {
			return true, nil
		}
		return false, err
	})
}

var labels = &resource{
	legacy:   true,
	defaults: object{"field_manager": "Terraform"},
	replace:  []string{"api_version", "kind", "metadata.0.name", "metadata.0.namespace"},
	write: func(ctx context.Context, api *api, _, planned object) (object, error) {
		state := maps.Clone(planned)
		state["id"] = fmt.Sprintf("apiVersion=%s,kind=%s,name=%s", text(state, "api_version"), text(state, "kind"), text(state, "metadata.0.name"))
		if namespace := text(state, "metadata.0.namespace"); namespace != "" {
			state["id"] = fmt.Sprintf("apiVersion=%s,kind=%s,namespace=%s,name=%s", text(state, "api_version"), text(state, "kind"), namespace, text(state, "metadata.0.name"))
		}
		return state, applyLabels(ctx, api, state, state["labels"])
	},
	read: readLabels,
	remove: func(ctx context.Context, api *api, state object) error {
		err := applyLabels(ctx, api, state, object{})
		if absent(err) {
			return nil
		}
		return err
	},
}

// applyLabels has the API server own the labels for Terraform, as a server-side apply of nothing but them.
func applyLabels(ctx context.Context, api *api, state object, owned any) error {
	path, err := labelledPath(ctx, api, state)
	if err != nil {
		return err
	}
	// An apply would make an object that is not there.
	if _, err := api.get(ctx, path); err != nil {
		return err
	}
	query := url.Values{"fieldManager": {text(state, "field_manager")}, "force": {fmt.Sprint(state["force"] == true)}}
	_, err = api.do(ctx, http.MethodPatch, path+"?"+query.Encode(), asApply, object{
		"apiVersion": state["api_version"], "kind": state["kind"],
		"metadata": object{"name": text(state, "metadata.0.name"), "labels": owned},
	})
	return err
}

func readLabels(ctx context.Context, api *api, state object) (object, error) {
	path, err := labelledPath(ctx, api, state)
	var found object
	if err == nil {
		found, err = api.get(ctx, path)
	}
	if absent(err) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	read := maps.Clone(state)
	present := object{}
	for key := range state["labels"].(object) {
		if value := text(found, "metadata.labels."+key); value != "" {
			present[key] = value
		}
	}
	read["labels"] = present
	return read, nil
}

// labelledPath asks the API server under which path it keeps objects of a kind.
func labelledPath(ctx context.Context, api *api, state object) (string, error) {
	version := text(state, "api_version")
	root := "/apis/" + version
	if !strings.Contains(version, "/") {
		root = "/api/" + version
	}
	list, err := api.get(ctx, root)
	if err != nil {
		return "", err
	}
	entries, _ := list["resources"].([]any)
	for _, entry := range entries {
		name := text(entry, "name")
		if text(entry, "kind") != text(state, "kind") || strings.Contains(name, "/") {
			continue
		}
		if at(entry, "namespaced") == true {
			namespace := text(state, "metadata.0.namespace")
			if namespace == "" {
				namespace = "default"
			}
			root += "/namespaces/" + namespace
		}
		return root + "/" + name + "/" + text(state, "metadata.0.name"), nil
	}
	return "", fmt.Errorf("the API server has no kind %s in %s", text(state, "kind"), version)
}
