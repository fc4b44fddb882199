package main

import (
	"context"
	"fmt"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
)

// resource is what one kind of resource does; a state that was not there before is nil.
type resource struct {
	// defaults by dotted path, without the numbers of list elements.
	defaults object
	// replace names the paths that cannot be changed in place.
	replace []string
	// legacy marks resources of providers that are built on the older SDK.
	legacy bool
	// resolve puts what is known before the apply into the planned state, and refuses what this stand-in lacks.
	resolve func(config, planned object) error
	write   func(ctx context.Context, api *api, prior, planned object) (object, error)
	// read gives nil for what is gone.
	read   func(ctx context.Context, api *api, state object) (object, error)
	remove func(ctx context.Context, api *api, state object) error
}

// server speaks for one provider. Of the protocol it embeds what Terraform asks of providers that have data sources,
// ephemeral resources and the like: with none of them in the schema, those calls do not come.
type server struct {
	tfprotov6.ProviderServer
	provider  *tfprotov6.Schema
	schemas   map[string]*tfprotov6.Schema
	resources map[string]*resource
	api       *api
}

func failure(summary string, err error) []*tfprotov6.Diagnostic {
	if err == nil {
		return nil
	}
	return []*tfprotov6.Diagnostic{{Severity: tfprotov6.DiagnosticSeverityError, Summary: summary, Detail: err.Error()}}
}

func (s *server) GetProviderSchema(context.Context, *tfprotov6.GetProviderSchemaRequest) (*tfprotov6.GetProviderSchemaResponse, error) {
	return &tfprotov6.GetProviderSchemaResponse{Provider: s.provider, ResourceSchemas: s.schemas}, nil
}

func (s *server) GetResourceIdentitySchemas(context.Context, *tfprotov6.GetResourceIdentitySchemasRequest) (*tfprotov6.GetResourceIdentitySchemasResponse, error) {
	return &tfprotov6.GetResourceIdentitySchemasResponse{}, nil
}

func (s *server) GetFunctions(context.Context, *tfprotov6.GetFunctionsRequest) (*tfprotov6.GetFunctionsResponse, error) {
	return &tfprotov6.GetFunctionsResponse{}, nil
}

func (s *server) ValidateProviderConfig(_ context.Context, request *tfprotov6.ValidateProviderConfigRequest) (*tfprotov6.ValidateProviderConfigResponse, error) {
	return &tfprotov6.ValidateProviderConfigResponse{PreparedConfig: request.Config}, nil
}

func (s *server) ConfigureProvider(_ context.Context, request *tfprotov6.ConfigureProviderRequest) (*tfprotov6.ConfigureProviderResponse, error) {
	config, err := decode(s.provider, request.Config)
	if err == nil {
		s.api, err = connect(config)
	}
	return &tfprotov6.ConfigureProviderResponse{Diagnostics: failure("provider configuration", err)}, nil
}

func (s *server) StopProvider(context.Context, *tfprotov6.StopProviderRequest) (*tfprotov6.StopProviderResponse, error) {
	return &tfprotov6.StopProviderResponse{}, nil
}

func (s *server) ValidateResourceConfig(context.Context, *tfprotov6.ValidateResourceConfigRequest) (*tfprotov6.ValidateResourceConfigResponse, error) {
	return &tfprotov6.ValidateResourceConfigResponse{}, nil
}

func (s *server) UpgradeResourceState(_ context.Context, request *tfprotov6.UpgradeResourceStateRequest) (*tfprotov6.UpgradeResourceStateResponse, error) {
	kind := s.schemas[request.TypeName].ValueType()
	response := &tfprotov6.UpgradeResourceStateResponse{}
	state, err := request.RawState.Unmarshal(kind)
	if err == nil {
		var wire tfprotov6.DynamicValue
		wire, err = tfprotov6.NewDynamicValue(kind, state)
		response.UpgradedState = &wire
	}
	response.Diagnostics = failure(request.TypeName+" in the state", err)
	return response, nil
}

func (s *server) ReadResource(ctx context.Context, request *tfprotov6.ReadResourceRequest) (*tfprotov6.ReadResourceResponse, error) {
	schema, resource := s.schemas[request.TypeName], s.resources[request.TypeName]
	response := &tfprotov6.ReadResourceResponse{}
	state, err := decode(schema, request.CurrentState)
	if err == nil {
		state, err = resource.read(ctx, s.api, state)
	}
	if err == nil {
		response.NewState, err = encode(schema, state)
	}
	response.Diagnostics = failure("read "+request.TypeName, err)
	return response, nil
}

// decodeAll decodes the values that one request carries.
func decodeAll(schema *tfprotov6.Schema, wires ...*tfprotov6.DynamicValue) ([]object, error) {
	values := make([]object, len(wires))
	for i, wire := range wires {
		var err error
		if values[i], err = decode(schema, wire); err != nil {
			return nil, err
		}
	}
	return values, nil
}

func (s *server) PlanResourceChange(_ context.Context, request *tfprotov6.PlanResourceChangeRequest) (*tfprotov6.PlanResourceChangeResponse, error) {
	schema, resource := s.schemas[request.TypeName], s.resources[request.TypeName]
	response := &tfprotov6.PlanResourceChangeResponse{UnsafeToUseLegacyTypeSystem: resource.legacy}
	values, err := decodeAll(schema, request.Config, request.PriorState, request.ProposedNewState)
	if err == nil && values[2] == nil {
		response.PlannedState = request.ProposedNewState
		return response, nil
	}
	var planned object
	if err == nil {
		planned, err = resource.plan(schema, values[0], values[1], values[2])
	}
	if err == nil {
		for _, path := range resource.replacements(values[1], planned) {
			response.RequiresReplace = append(response.RequiresReplace, attributePath(path))
		}
		response.PlannedState, err = encode(schema, planned)
	}
	response.Diagnostics = failure("plan "+request.TypeName, err)
	return response, nil
}

func (s *server) ApplyResourceChange(ctx context.Context, request *tfprotov6.ApplyResourceChangeRequest) (*tfprotov6.ApplyResourceChangeResponse, error) {
	schema, resource := s.schemas[request.TypeName], s.resources[request.TypeName]
	// What fails leaves the state as it was: Terraform then knows what there is to try again.
	response := &tfprotov6.ApplyResourceChangeResponse{NewState: request.PriorState, UnsafeToUseLegacyTypeSystem: resource.legacy}
	values, err := decodeAll(schema, request.PriorState, request.PlannedState)
	var state object
	if err == nil {
		if prior, planned := values[0], values[1]; planned == nil {
			err = resource.remove(ctx, s.api, prior)
		} else {
			state, err = resource.write(ctx, s.api, prior, planned)
		}
	}
	var wire *tfprotov6.DynamicValue
	if err == nil {
		wire, err = encode(schema, state)
	}
	if err == nil {
		response.NewState = wire
	}
	response.Diagnostics = failure("apply "+request.TypeName, err)
	return response, nil
}

func (s *server) ImportResourceState(_ context.Context, request *tfprotov6.ImportResourceStateRequest) (*tfprotov6.ImportResourceStateResponse, error) {
	err := fmt.Errorf("the stand-in cannot import %s", request.ID)
	return &tfprotov6.ImportResourceStateResponse{Diagnostics: failure("import "+request.TypeName, err)}, nil
}
