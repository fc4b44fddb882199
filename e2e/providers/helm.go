package main

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"strings"
	"time"

	"sigs.k8s.io/yaml"
)

var helmRelease = &resource{
	defaults: object{
		"atomic": false, "cleanup_on_fail": false, "create_namespace": false, "dependency_update": false,
		"disable_crd_hooks": false, "disable_openapi_validation": false, "disable_webhooks": false, "force_update": false,
		"lint": false, "max_history": 0.0, "namespace": "default", "pass_credentials": false, "recreate_pods": false,
		"render_subchart_notes": true, "replace": false, "reset_values": false, "reuse_values": false, "skip_crds": false,
		"take_ownership": false, "timeout": 300.0, "upgrade_install": false, "verify": false, "wait": true,
		"wait_for_jobs": false, "description": nil,
	},
	replace: []string{"name", "namespace"},
	resolve: resolveRelease,
	write:   writeRelease,
	read:    readRelease,
	remove: func(ctx context.Context, api *api, state object) error {
		if command := program(state); command != "" {
			return removeByProgram(ctx, api, command, state)
		}
		return forget(ctx, api, text(state, "namespace"), text(state, "name"))
	},
}

func resolveRelease(config, planned object) error {
	for _, name := range []string{"set", "set_list", "set_sensitive", "set_wo", "postrender"} {
		if config[name] != nil {
			return fmt.Errorf("the stand-in does not know %s: give values instead", name)
		}
	}
	planned["status"] = "deployed"
	for _, name := range []string{"chart", "repository", "version"} {
		if config[name] == unknown {
			return nil
		}
	}
	chart, err := findChart(config)
	planned["version"] = chart.Version
	return err
}

var exactVersion = regexp.MustCompile(`^v?\d+\.\d+\.\d+([-+][0-9A-Za-z.+-]+)?$`)

// findChart tells name and version of a chart: of a folder by its Chart.yaml, of any other by what the configuration
// says, since no repository can be asked.
func findChart(fields object) (chart, error) {
	name, version, repository := text(fields, "chart"), text(fields, "version"), text(fields, "repository")
	if repository != "" || strings.HasPrefix(name, "oci://") {
		if !exactVersion.MatchString(version) {
			return chart{}, fmt.Errorf("version of chart %s must be exact, got %q; no repository can be asked for the newest", name, version)
		}
		return chart{APIVersion: "v2", Name: path.Base(name), Version: version}, nil
	}
	found := chart{}
	written, err := os.ReadFile(filepath.Join(name, "Chart.yaml"))
	if err != nil {
		return found, fmt.Errorf("chart without a repository must be a folder: %w", err)
	}
	if err := yaml.Unmarshal(written, &found); err != nil {
		return found, fmt.Errorf("%s: %w", name, err)
	}
	if version != "" && strings.TrimPrefix(version, "v") != strings.TrimPrefix(found.Version, "v") {
		return found, fmt.Errorf("version of chart %s must be the one in its Chart.yaml, %s, got %s", name, found.Version, version)
	}
	return found, nil
}

func writeRelease(ctx context.Context, api *api, prior, planned object) (object, error) {
	name, namespace := text(planned, "name"), text(planned, "namespace")
	chart, err := findChart(planned)
	if err != nil {
		return nil, err
	}
	values, err := mergedValues(planned)
	if err != nil {
		return nil, err
	}
	if planned["create_namespace"] == true {
		if err := ensureNamespace(ctx, api, namespace); err != nil {
			return nil, err
		}
	}
	last, annotations, err := latest(ctx, api, namespace, name)
	if err != nil {
		return nil, err
	}
	if last != nil && prior == nil && planned["upgrade_install"] != true {
		return nil, errors.New("cannot re-use a name that is still in use")
	}
	if command := program(planned); command != "" {
		return installByProgram(ctx, api, command, planned, values)
	}
	next := &release{Name: name, Namespace: namespace, Revision: 1, Config: values}
	next.Chart.Metadata = chart
	next.Info.Status, next.Info.Description = "deployed", "Install complete"
	next.Info.LastDeployed = time.Now().UTC()
	next.Info.FirstDeployed = next.Info.LastDeployed
	if last != nil {
		next.Revision, next.Info.FirstDeployed, next.Info.Description = last.Revision+1, last.Info.FirstDeployed, "Upgrade complete"
	}
	if given := text(planned, "description"); given != "" {
		next.Info.Description = given
	}
	if err := next.store(ctx, api, http.MethodPost, traces(planned, values)); err != nil {
		return nil, err
	}
	if last != nil {
		last.Info.Status = "superseded"
		if err := last.store(ctx, api, http.MethodPut, annotations); err != nil {
			return nil, err
		}
	}
	return describe(planned, next)
}

// traces are what a person or a test reads off the Secret without unpacking it.
func traces(planned, values object) object {
	hashed, _ := json.Marshal(values)
	return object{
		"stand-in.example/repository":    text(planned, "repository"),
		"stand-in.example/chart":         text(planned, "chart"),
		"stand-in.example/version":       text(planned, "version"),
		"stand-in.example/values-sha256": fmt.Sprintf("%x", sha256.Sum256(hashed)),
	}
}

func readRelease(ctx context.Context, api *api, state object) (object, error) {
	found, _, err := latest(ctx, api, text(state, "namespace"), text(state, "name"))
	if err != nil || found == nil {
		return nil, err
	}
	return describe(state, found)
}

// describe puts what the cluster knows of a release into its state.
func describe(from object, found *release) (object, error) {
	values, err := json.Marshal(found.Config)
	if err != nil {
		return nil, err
	}
	state := object{}
	for name, value := range from {
		if value == unknown {
			value = nil
		}
		state[name] = value
	}
	state["id"], state["status"], state["version"] = found.Name, found.Info.Status, found.Chart.Metadata.Version
	state["metadata"] = object{
		"name": found.Name, "namespace": found.Namespace, "revision": float64(found.Revision), "notes": "", "values": string(values),
		"chart": found.Chart.Metadata.Name, "version": found.Chart.Metadata.Version, "app_version": found.Chart.Metadata.AppVersion,
		"first_deployed": float64(found.Info.FirstDeployed.Unix()), "last_deployed": float64(found.Info.LastDeployed.Unix()),
	}
	return state, nil
}

func ensureNamespace(ctx context.Context, api *api, name string) error {
	if _, err := api.get(ctx, "/api/v1/namespaces/"+name); !absent(err) {
		return err
	}
	_, err := api.do(ctx, http.MethodPost, "/api/v1/namespaces", asJSON, object{
		"apiVersion": "v1", "kind": "Namespace", "metadata": object{"name": name, "labels": object{"name": name}},
	})
	return err
}

// mergedValues reads the documents by the library that Helm reads them by, the later over the earlier.
func mergedValues(planned object) (object, error) {
	merged := object{}
	documents, _ := planned["values"].([]any)
	for i, document := range documents {
		layer := object{}
		written, _ := document.(string)
		if err := yaml.Unmarshal([]byte(written), &layer); err != nil {
			return nil, fmt.Errorf("values[%d]: %w", i, err)
		}
		merged = merge(merged, layer)
	}
	return merged, nil
}

func merge(under, over object) object {
	merged := maps.Clone(under)
	for key, value := range over {
		lower, both := merged[key].(object)
		if upper, isMap := value.(object); both && isMap {
			value = merge(lower, upper)
		}
		merged[key] = value
	}
	return merged
}
