package main

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"time"
)

// release is what Helm itself keeps of a release, so that `helm list` and `helm get values` can read what is written
// here; `templates` and `manifest` stay empty.
type release struct {
	Name      string `json:"name"`
	Namespace string `json:"namespace"`
	Revision  int    `json:"version"`
	Info      struct {
		FirstDeployed time.Time `json:"first_deployed"`
		LastDeployed  time.Time `json:"last_deployed"`
		Description   string    `json:"description"`
		Status        string    `json:"status"`
	} `json:"info"`
	Chart struct {
		Metadata chart `json:"metadata"`
	} `json:"chart"`
	Config   object `json:"config"`
	Manifest string `json:"manifest"`
}

type chart struct {
	APIVersion string `json:"apiVersion"`
	Name       string `json:"name"`
	Version    string `json:"version"`
	AppVersion string `json:"appVersion,omitempty"`
}

func secretsPath(namespace string) string { return "/api/v1/namespaces/" + namespace + "/secrets" }

func ownedBy(name string) string {
	return "?labelSelector=" + url.QueryEscape("owner=helm,name="+name)
}

// store writes a revision as a Secret: with POST a new one, with PUT over the one that is there.
func (r *release) store(ctx context.Context, api *api, method string, annotations object) error {
	text, err := json.Marshal(r)
	if err != nil {
		return err
	}
	var packed bytes.Buffer
	packer := gzip.NewWriter(&packed)
	if _, err := packer.Write(text); err != nil {
		return err
	}
	if err := packer.Close(); err != nil {
		return err
	}
	name := fmt.Sprintf("sh.helm.release.v1.%s.v%d", r.Name, r.Revision)
	metadata := object{"name": name, "labels": object{
		"owner": "helm", "name": r.Name, "status": r.Info.Status, "version": strconv.Itoa(r.Revision),
		"modifiedAt": strconv.FormatInt(r.Info.LastDeployed.Unix(), 10),
	}}
	if annotations != nil {
		metadata["annotations"] = annotations
	}
	path := secretsPath(r.Namespace)
	if method == http.MethodPut {
		path += "/" + name
	}
	// Helm encodes the payload itself, and Kubernetes once more.
	payload := base64.StdEncoding.EncodeToString([]byte(base64.StdEncoding.EncodeToString(packed.Bytes())))
	_, err = api.do(ctx, method, path, asJSON, object{
		"apiVersion": "v1", "kind": "Secret", "type": "helm.sh/release.v1",
		"metadata": metadata, "data": object{"release": payload},
	})
	return err
}

// latest gives a release's newest revision and the annotations of its Secret, or nil when there is none.
func latest(ctx context.Context, api *api, namespace, name string) (*release, object, error) {
	list, err := api.get(ctx, secretsPath(namespace)+ownedBy(name))
	if err != nil {
		return nil, nil, err
	}
	items, _ := list["items"].([]any)
	var newest any
	revision := 0
	for _, item := range items {
		if number, _ := strconv.Atoi(text(item, "metadata.labels.version")); number > revision {
			newest, revision = item, number
		}
	}
	if newest == nil {
		return nil, nil, nil
	}
	found, err := unpack(text(newest, "data.release"))
	annotations, _ := at(newest, "metadata.annotations").(object)
	return found, annotations, err
}

func unpack(payload string) (*release, error) {
	outer, err := base64.StdEncoding.DecodeString(payload)
	if err != nil {
		return nil, err
	}
	packed, err := base64.StdEncoding.DecodeString(string(outer))
	if err != nil {
		return nil, err
	}
	unpacked, err := gzip.NewReader(bytes.NewReader(packed))
	if err != nil {
		return nil, err
	}
	found := &release{}
	return found, json.NewDecoder(unpacked).Decode(found)
}

// forget removes every revision.
func forget(ctx context.Context, api *api, namespace, name string) error {
	_, err := api.do(ctx, http.MethodDelete, secretsPath(namespace)+ownedBy(name), asJSON, nil)
	if absent(err) {
		return nil
	}
	return err
}
