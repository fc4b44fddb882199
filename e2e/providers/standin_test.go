package main

import (
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"testing"
)

func wants(t *testing.T, got, wanted any) {
	t.Helper()
	if !same(got, wanted) {
		t.Errorf("got %v, wanted %v", got, wanted)
	}
}

func fails(t *testing.T, err error, message string) {
	t.Helper()
	if err == nil || err.Error() != message {
		t.Errorf("got error %v, wanted %s", err, message)
	}
}

func serverOf(t *testing.T, name string) *server {
	t.Helper()
	made, err := newServer(name)
	if err != nil {
		t.Fatal(err)
	}
	return made
}

// proposal does what Terraform does before it asks for a plan: arguments of the configuration over the prior state.
func proposal(prior, config object) object {
	proposed := object{}
	for name, value := range prior {
		proposed[name] = value
	}
	for name, value := range config {
		proposed[name] = value
	}
	return proposed
}

func TestEveryResourceOfACutIsServed(t *testing.T) {
	for name, count := range map[string]int{"helm": 1, "kubernetes": 5} {
		served := serverOf(t, name)
		wants(t, len(served.schemas), count)
		for resource := range served.schemas {
			if served.resources[resource] == nil {
				t.Errorf("%s has a schema and nothing behind it", resource)
			}
		}
	}
}

func TestFailsWhenCalledByAnotherName(t *testing.T) {
	fails(t, serve("stand-in"), "call this program terraform-provider-helm or terraform-provider-kubernetes, not stand-in")
}

func TestValuesSurviveTheWire(t *testing.T) {
	schema := serverOf(t, "helm").schemas["helm_release"]
	sent := object{"name": "shop", "timeout": 300.0, "wait": true, "values": []any{"a: 1"}, "id": unknown, "metadata": object{"revision": 2.0}}
	wire, err := encode(schema, sent)
	if err != nil {
		t.Fatal(err)
	}
	received, err := decode(schema, wire)
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{"name", "timeout", "wait", "values.0", "id", "metadata.revision", "chart"} {
		wants(t, at(received, path), at(sent, path))
	}
	gone, err := encode(schema, nil)
	if err != nil {
		t.Fatal(err)
	}
	state, err := decode(schema, gone)
	wants(t, state, object(nil))
	wants(t, err, nil)
}

func TestPlanOfARelease(t *testing.T) {
	schema := serverOf(t, "helm").schemas["helm_release"]
	config := object{"name": "net", "chart": "calico", "repository": "https://charts.example", "version": "v3.32.0", "values": []any{"a: 1"}}
	created, err := helmRelease.plan(schema, config, nil, proposal(nil, config))
	wants(t, err, nil)
	for path, value := range (object{
		"timeout": 300.0, "wait": true, "namespace": "default", "status": "deployed", "version": "v3.32.0",
		"id": unknown, "metadata": unknown, "manifest": unknown, "description": nil, "set_wo": nil,
	}) {
		wants(t, at(created, path), value)
	}

	applied := &release{Name: "net", Namespace: "default", Revision: 1}
	applied.Chart.Metadata = chart{Name: "calico", Version: "v3.32.0"}
	applied.Info.Status = "deployed"
	state, err := describe(created, applied)
	wants(t, err, nil)
	again, err := helmRelease.plan(schema, config, state, proposal(state, config))
	wants(t, err, nil)
	wants(t, again, state)

	config["values"] = []any{"a: 2"}
	changed, err := helmRelease.plan(schema, config, state, proposal(state, config))
	wants(t, err, nil)
	wants(t, changed["metadata"], unknown)
	wants(t, helmRelease.replacements(state, changed), []string(nil))

	config["namespace"] = "calico"
	moved, err := helmRelease.plan(schema, config, state, proposal(state, config))
	wants(t, err, nil)
	wants(t, helmRelease.replacements(state, moved), []string{"namespace"})
}

func TestPlanOfANamespaceKeepsWhatWasComputed(t *testing.T) {
	schema := serverOf(t, "kubernetes").schemas["kubernetes_namespace_v1"]
	config := object{"metadata": []any{object{"name": "shop", "labels": object{"a": "1"}}}}
	created, err := namespaces.plan(schema, config, nil, config)
	wants(t, err, nil)
	wants(t, at(created, "metadata.0.uid"), unknown)
	wants(t, at(created, "metadata.0.annotations"), nil)
	wants(t, created["wait_for_default_service_account"], false)

	prior := object{"id": "shop", "metadata": []any{object{"name": "shop", "uid": "u", "labels": object{"a": "0"}}}}
	proposed := object{"id": "shop", "metadata": []any{object{"name": "shop", "uid": "u", "labels": object{"a": "1"}}}}
	changed, err := namespaces.plan(schema, config, prior, proposed)
	wants(t, err, nil)
	wants(t, at(changed, "metadata.0.uid"), "u")
	wants(t, at(changed, "metadata.0.labels"), object{"a": "1"})
}

func TestFailsWhenAReleaseNeedsWhatTheStandInLacks(t *testing.T) {
	folder := t.TempDir()
	if err := os.WriteFile(filepath.Join(folder, "Chart.yaml"), []byte("name: shop\nversion: 0.1.0\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for message, config := range map[string]object{
		"the stand-in does not know set: give values instead":                                              {"chart": folder, "set": []any{object{"name": "a"}}},
		"the stand-in does not know set_wo: give values instead":                                           {"chart": folder, "set_wo": []any{object{"name": "a"}}},
		"the stand-in does not know postrender: give values instead":                                       {"chart": folder, "postrender": object{"binary_path": "x"}},
		`version of chart calico must be exact, got ">=3"; no repository can be asked for the newest`:      {"chart": "calico", "repository": "https://x", "version": ">=3"},
		`version of chart oci://x/calico must be exact, got ""; no repository can be asked for the newest`: {"chart": "oci://x/calico"},
		"chart without a repository must be a folder: open calico/Chart.yaml: no such file or directory":   {"chart": "calico"},
		"version of chart " + folder + " must be the one in its Chart.yaml, 0.1.0, got 0.2.0":              {"chart": folder, "version": "0.2.0"},
	} {
		fails(t, resolveRelease(config, object{}), message)
	}
	planned := object{}
	wants(t, resolveRelease(object{"chart": folder}, planned), nil)
	wants(t, planned["version"], "0.1.0")
}

func TestLaterValuesGoOverEarlierOnes(t *testing.T) {
	merged, err := mergedValues(object{"values": []any{"a: {b: 1, c: [1, 2]}\nd: x", "a: {c: [3]}\non: yes"}})
	wants(t, err, nil)
	// `on` and `yes` are true to the YAML that Helm reads.
	wants(t, merged, object{"a": object{"b": 1.0, "c": []any{3.0}}, "d": "x", "true": true})
}

func TestAMergePatchRemovesWhatIsNoLongerWanted(t *testing.T) {
	body := object{}
	put(body, "labels", object{"old": "1", "kept": "1"}, object{"kept": "2"})
	put(body, "immutable", nil, nil)
	wants(t, body, object{"labels": object{"old": nil, "kept": "2"}})
}

func TestLabelsOfKubernetesItselfAreNoDrift(t *testing.T) {
	found := object{"kubernetes.io/metadata.name": "shop", "pod-security.kubernetes.io/enforce": "restricted", "mine": "1"}
	wants(t, withoutInternal(found, object{"pod-security.kubernetes.io/enforce": "x"}), any(object{"pod-security.kubernetes.io/enforce": "restricted", "mine": "1"}))
}

func TestFailsWhenTheConnectionIsNotVerifiedTLS(t *testing.T) {
	for message, config := range map[string]object{
		"host must begin with https://, got http://x":                                                                    {"host": "http://x"},
		"cluster_ca_certificate holds no PEM certificate":                                                                {"host": "https://x", "cluster_ca_certificate": "nonsense"},
		"the stand-in renders no manifest: leave experiments.manifest out":                                               {"kubernetes": object{}, "experiments": object{"manifest": true}},
		"the stand-in does not honour insecure: give host, cluster_ca_certificate, client_certificate and client_key":    {"host": "https://x", "insecure": true},
		"the stand-in does not honour exec: give host, cluster_ca_certificate, client_certificate and client_key":        {"kubernetes": object{"exec": object{"command": "x"}}},
		"the stand-in does not honour config_path: give host, cluster_ca_certificate, client_certificate and client_key": {"config_path": "~/.kube/config"},
	} {
		_, err := connect(config)
		fails(t, err, message)
	}
}

func TestFailsOnlyWhenCalledWhileTheConfigurationIsUnknown(t *testing.T) {
	unready, err := connect(object{"host": unknown})
	wants(t, err, nil)
	_, err = unready.get(t.Context(), "/")
	fails(t, err, "the API server cannot be reached: the provider's host is not known yet")
}

func TestAnAPIServerIsTrustedByItsAuthorityOnly(t *testing.T) {
	api := httptest.NewUnstartedServer(http.HandlerFunc(func(answer http.ResponseWriter, request *http.Request) {
		answer.WriteHeader(http.StatusNotFound)
		answer.Write([]byte(`{"message": "none here for ` + request.TLS.PeerCertificates[0].Subject.Organization[0] + `"}`))
	}))
	api.TLS = &tls.Config{ClientAuth: tls.RequireAnyClientCert}
	api.Config.ErrorLog = log.New(io.Discard, "", 0)
	api.StartTLS()
	defer api.Close()

	// The test server's own certificate serves as the client's too.
	own := api.TLS.Certificates[0]
	key, err := x509.MarshalPKCS8PrivateKey(own.PrivateKey)
	if err != nil {
		t.Fatal(err)
	}
	encoded := func(kind string, bytes []byte) string {
		return string(pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: bytes}))
	}
	certificate := encoded("CERTIFICATE", own.Certificate[0])
	config := object{"host": api.URL, "cluster_ca_certificate": certificate, "client_certificate": certificate, "client_key": encoded("PRIVATE KEY", key)}
	trusting, err := connect(object{"kubernetes": config})
	wants(t, err, nil)
	_, err = trusting.get(t.Context(), "/")
	fails(t, err, "none here for Acme Co (HTTP 404)")
	wants(t, absent(err), true)

	distrusting, err := connect(config)
	wants(t, err, nil)
	distrusting.client.Transport.(*http.Transport).TLSClientConfig.RootCAs = x509.NewCertPool()
	_, err = distrusting.get(t.Context(), "/")
	var unknownAuthority x509.UnknownAuthorityError
	wants(t, errors.As(err, &unknownAuthority), true)
}
