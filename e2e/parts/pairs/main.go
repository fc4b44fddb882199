// pairs NAMESPACES PODS POLICIES PORT/PROTOCOL...: which pod may reach which, by Cyclonus' reading of NetworkPolicies.
//
// The files hold lists as `kubectl get -o json` prints them. A line for each connection that is allowed: from, to, port.
package main

import (
	"encoding/json"
	"fmt"
	"os"
	"strconv"
	"strings"

	"github.com/mattfenwick/cyclonus/pkg/matcher"
	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
)

func read(file string, into any) {
	bytes, err := os.ReadFile(file)
	if err == nil {
		err = json.Unmarshal(bytes, into)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func main() {
	var namespaces corev1.NamespaceList
	var pods corev1.PodList
	var policies networkingv1.NetworkPolicyList
	read(os.Args[1], &namespaces)
	read(os.Args[2], &pods)
	read(os.Args[3], &policies)
	labels := map[string]map[string]string{}
	for _, one := range namespaces.Items {
		labels[one.Name] = one.Labels
	}
	all := make([]*networkingv1.NetworkPolicy, len(policies.Items))
	for index := range policies.Items {
		all[index] = &policies.Items[index]
	}
	rules := matcher.BuildNetworkPolicies(false, all)
	peer := func(pod corev1.Pod) *matcher.TrafficPeer {
		own := &matcher.InternalPeer{PodLabels: pod.Labels, NamespaceLabels: labels[pod.Namespace], Namespace: pod.Namespace}
		return &matcher.TrafficPeer{Internal: own, IP: pod.Status.PodIP}
	}
	for _, from := range pods.Items {
		for _, to := range pods.Items {
			if from.Namespace == to.Namespace && from.Name == to.Name {
				continue
			}
			for _, wish := range os.Args[4:] {
				number, protocol, _ := strings.Cut(wish, "/")
				port, err := strconv.Atoi(number)
				if err != nil {
					fmt.Fprintln(os.Stderr, err)
					os.Exit(1)
				}
				name := ""
				for _, container := range to.Spec.Containers {
					for _, served := range container.Ports {
						if int(served.ContainerPort) == port && string(served.Protocol) == protocol {
							name = served.Name
						}
					}
				}
				traffic := &matcher.Traffic{Source: peer(from), Destination: peer(to), ResolvedPort: port, ResolvedPortName: name, Protocol: corev1.Protocol(protocol)}
				if rules.IsTrafficAllowed(traffic).IsAllowed() {
					fmt.Printf("%s/%s %s/%s %s\n", from.Namespace, from.Name, to.Namespace, to.Name, wish)
				}
			}
		}
	}
}
