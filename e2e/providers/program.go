package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
)

// program is the real Helm that makes releases of charts which are folders, if the environment names one. A release whose
// chart is in a repository is recorded only: none can be asked.
func program(fields object) string {
	if text(fields, "repository") != "" || strings.HasPrefix(text(fields, "chart"), "oci://") {
		return ""
	}
	return os.Getenv("STAND_IN_HELM")
}

// helm runs the program against the API server of the provider's configuration, and nothing else.
func helm(ctx context.Context, api *api, command string, stdin []byte, words ...string) error {
	folder, err := os.MkdirTemp("", "stand-in-helm-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(folder)
	config, err := json.Marshal(api.kubeconfig())
	if err != nil {
		return err
	}
	file := filepath.Join(folder, "kubeconfig")
	if err := os.WriteFile(file, config, 0o600); err != nil {
		return err
	}
	run := exec.CommandContext(ctx, command, append(words, "--kubeconfig", file)...)
	run.Env = []string{"HOME=" + folder, "PATH=" + os.Getenv("PATH")}
	run.Stdin = bytes.NewReader(stdin)
	said, err := run.CombinedOutput()
	if err != nil {
		return fmt.Errorf("helm %s: %w: %s", words[0], err, bytes.TrimSpace(said))
	}
	return nil
}

// upgradeWords are the attributes of a release in the words of `helm upgrade --install`.
func upgradeWords(planned object) []string {
	words := []string{"upgrade", "--install", text(planned, "name"), text(planned, "chart"), "--namespace", text(planned, "namespace"), "--values", "-"}
	for attribute, flag := range map[string]string{
		"atomic": "--rollback-on-failure", "cleanup_on_fail": "--cleanup-on-fail", "create_namespace": "--create-namespace",
		"disable_openapi_validation": "--disable-openapi-validation", "reset_values": "--reset-values", "skip_crds": "--skip-crds",
		"take_ownership": "--take-ownership", "wait": "--wait", "wait_for_jobs": "--wait-for-jobs",
	} {
		if planned[attribute] == true {
			words = append(words, flag)
		}
	}
	if most, _ := planned["max_history"].(float64); most > 0 {
		words = append(words, "--history-max", strconv.Itoa(int(most)))
	}
	if seconds, _ := planned["timeout"].(float64); seconds > 0 {
		words = append(words, "--timeout", strconv.Itoa(int(seconds))+"s")
	}
	if given := text(planned, "description"); given != "" {
		words = append(words, "--description", given)
	}
	return words
}

// installByProgram makes or changes a release by the real Helm, and tells what it keeps of it.
func installByProgram(ctx context.Context, api *api, command string, planned, values object) (object, error) {
	written, err := json.Marshal(values)
	if err != nil {
		return nil, err
	}
	if err := helm(ctx, api, command, written, upgradeWords(planned)...); err != nil {
		return nil, err
	}
	found, _, err := latest(ctx, api, text(planned, "namespace"), text(planned, "name"))
	if err == nil && found == nil {
		err = fmt.Errorf("helm made no release %s", text(planned, "name"))
	}
	if err != nil {
		return nil, err
	}
	return describe(planned, found)
}

func removeByProgram(ctx context.Context, api *api, command string, state object) error {
	words := []string{"uninstall", text(state, "name"), "--namespace", text(state, "namespace"), "--ignore-not-found", "--wait"}
	if seconds, _ := state["timeout"].(float64); seconds > 0 {
		words = append(words, "--timeout", strconv.Itoa(int(seconds))+"s")
	}
	return helm(ctx, api, command, nil, words...)
}
