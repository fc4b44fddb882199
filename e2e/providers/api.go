package main

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"slices"
	"strings"
	"time"
)

// api is an API server, reached by verified TLS and by nothing else: no proxy, no kubeconfig, no environment.
type api struct {
	host   string
	token  string
	given  map[string]string
	client *http.Client
	// problem tells why the configuration is of no use yet; it matters only when a call is made.
	problem error
}

// statusError is what the API server answered instead of an object.
type statusError struct {
	code    int
	message string
}

func (e *statusError) Error() string { return fmt.Sprintf("%s (HTTP %d)", e.message, e.code) }

func absent(err error) bool {
	var status *statusError
	return errors.As(err, &status) && status.code == http.StatusNotFound
}

// What the providers take and their stand-ins honour; anything else that is given is refused, not passed over.
var connectionKeys = []string{"host", "cluster_ca_certificate", "client_certificate", "client_key", "tls_server_name", "token"}

func connect(config object) (*api, error) {
	if nested, isHelm := config["kubernetes"]; isHelm {
		if at(config, "experiments.manifest") == true {
			return nil, errors.New("the stand-in renders no manifest: leave experiments.manifest out")
		}
		if nested == unknown {
			return &api{problem: errors.New("the provider's configuration is not known yet")}, nil
		}
		config, _ = nested.(object)
	}
	given := map[string]string{}
	for _, name := range slices.Sorted(maps.Keys(config)) {
		value := config[name]
		if list, isList := value.([]any); value == nil || value == false || isList && len(list) == 0 {
			continue
		}
		if !slices.Contains(connectionKeys, name) {
			return nil, fmt.Errorf("the stand-in does not honour %s: give host, cluster_ca_certificate, client_certificate and client_key", name)
		}
		if value == unknown {
			return &api{problem: fmt.Errorf("the provider's %s is not known yet", name)}, nil
		}
		given[name] = value.(string)
	}
	return dial(given)
}

func dial(given map[string]string) (*api, error) {
	if given["host"] == "" {
		return &api{problem: errors.New("the provider has no host")}, nil
	}
	if !strings.HasPrefix(given["host"], "https://") {
		return nil, fmt.Errorf("host must begin with https://, got %s", given["host"])
	}
	trust := &tls.Config{MinVersion: tls.VersionTLS12, ServerName: given["tls_server_name"], RootCAs: x509.NewCertPool()}
	if !trust.RootCAs.AppendCertsFromPEM([]byte(given["cluster_ca_certificate"])) {
		return nil, errors.New("cluster_ca_certificate holds no PEM certificate")
	}
	if given["client_certificate"] != "" || given["client_key"] != "" {
		pair, err := tls.X509KeyPair([]byte(given["client_certificate"]), []byte(given["client_key"]))
		if err != nil {
			return nil, fmt.Errorf("client_certificate and client_key: %w", err)
		}
		trust.Certificates = []tls.Certificate{pair}
	}
	client := &http.Client{Timeout: 30 * time.Second, Transport: &http.Transport{TLSClientConfig: trust}}
	return &api{host: strings.TrimSuffix(given["host"], "/"), token: given["token"], given: given, client: client}, nil
}

// kubeconfig is the connection in the words that programs read.
func (a *api) kubeconfig() object {
	encoded := func(name string) string { return base64.StdEncoding.EncodeToString([]byte(a.given[name])) }
	user := object{}
	if a.given["client_certificate"] != "" {
		user["client-certificate-data"], user["client-key-data"] = encoded("client_certificate"), encoded("client_key")
	}
	if a.token != "" {
		user["token"] = a.token
	}
	cluster := object{"server": a.host, "certificate-authority-data": encoded("cluster_ca_certificate")}
	if name := a.given["tls_server_name"]; name != "" {
		cluster["tls-server-name"] = name
	}
	return object{
		"apiVersion": "v1", "kind": "Config", "current-context": "own",
		"clusters": []any{object{"name": "own", "cluster": cluster}},
		"users":    []any{object{"name": "own", "user": user}},
		"contexts": []any{object{"name": "own", "context": object{"cluster": "own", "user": "own"}}},
	}
}

const (
	asJSON       = "application/json"
	asMergePatch = "application/merge-patch+json"
	asApply      = "application/apply-patch+yaml"
)

// do sends one request and gives the object that comes back.
func (a *api) do(ctx context.Context, method, path, contentType string, body object) (object, error) {
	if a == nil || a.problem != nil {
		return nil, fmt.Errorf("the API server cannot be reached: %w", a.why())
	}
	sent, err := json.Marshal(body)
	if err != nil {
		return nil, err
	}
	request, err := http.NewRequestWithContext(ctx, method, a.host+path, bytes.NewReader(sent))
	if err != nil {
		return nil, err
	}
	request.Header.Set("Content-Type", contentType)
	request.Header.Set("Accept", asJSON)
	if a.token != "" {
		request.Header.Set("Authorization", "Bearer "+a.token)
	}
	response, err := a.client.Do(request)
	if err != nil {
		return nil, err
	}
	defer response.Body.Close()
	received, err := io.ReadAll(response.Body)
	if err != nil {
		return nil, err
	}
	var answer object
	err = json.Unmarshal(received, &answer)
	if response.StatusCode >= http.StatusBadRequest {
		message := text(answer, "message")
		if message == "" {
			message = method + " " + path
		}
		return nil, &statusError{response.StatusCode, message}
	}
	return answer, err
}

func (a *api) why() error {
	if a == nil {
		return errors.New("the provider is not configured")
	}
	return a.problem
}

func (a *api) get(ctx context.Context, path string) (object, error) {
	return a.do(ctx, http.MethodGet, path, asJSON, nil)
}

// until asks again and again whether something holds; the real providers' patience is five minutes too.
func until(ctx context.Context, what string, holds func() (bool, error)) error {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Minute)
	defer cancel()
	for {
		if done, err := holds(); done || err != nil {
			return err
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("waited for %s: %w", what, ctx.Err())
		case <-time.After(200 * time.Millisecond):
		}
	}
}
