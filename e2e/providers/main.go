// Stand-ins for the Helm and the Kubernetes provider of Terraform: which of the two is told by the name it is called by.
package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6/tf6server"
)

func main() {
	if err := serve(filepath.Base(os.Args[0])); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func serve(program string) error {
	name, _, _ := strings.Cut(strings.TrimPrefix(program, "terraform-provider-"), "_")
	server, err := newServer(name)
	if err != nil {
		return err
	}
	return tf6server.Serve("registry.terraform.io/hashicorp/"+name, func() tfprotov6.ProviderServer { return server })
}

func newServer(name string) (*server, error) {
	var resources map[string]*resource
	switch name {
	case "helm":
		resources = map[string]*resource{"helm_release": helmRelease}
	case "kubernetes":
		resources = kubernetesResources
	default:
		return nil, fmt.Errorf("call this program terraform-provider-helm or terraform-provider-kubernetes, not %s", name)
	}
	provider, schemas, err := readSchemas(name)
	if err != nil {
		return nil, err
	}
	return &server{provider: provider, schemas: schemas, resources: resources}, nil
}
