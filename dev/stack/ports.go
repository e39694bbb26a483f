package stack

import (
	"fmt"

	"go.temporal.io/server/common/config"
	"go.temporal.io/server/common/membership/static"
	"go.temporal.io/server/common/primitives"

	"recourse/dev/freeport"
)

// servicePorts are the gRPC ports of the four services in this process.
type servicePorts struct{ frontend, history, matching, worker int }

// choosePorts checks the frontend's port, or chooses one if it is 0, and chooses
// the others. Chosen ports stay reserved until release is called.
func choosePorts(frontend int) (ports servicePorts, release func(), err error) {
	if frontend != 0 {
		if err := freeport.CheckUnused(frontend); err != nil {
			return servicePorts{}, nil, fmt.Errorf("port %d for Temporal is in use: %w", frontend, err)
		}
	}
	free, release, err := freeport.Reserve(4)
	if err != nil {
		return servicePorts{}, nil, err
	}
	if frontend == 0 {
		frontend = free[0]
	}
	return servicePorts{frontend, free[1], free[2], free[3]}, release, nil
}

func (p servicePorts) byName() map[primitives.ServiceName]int {
	return map[primitives.ServiceName]int{
		primitives.FrontendService: p.frontend, primitives.HistoryService: p.history,
		primitives.MatchingService: p.matching, primitives.WorkerService: p.worker,
	}
}

// hosts replaces the gossip between nodes, as there is only one node.
func (p servicePorts) hosts() map[primitives.ServiceName]static.Hosts {
	hosts := map[primitives.ServiceName]static.Hosts{}
	for name, port := range p.byName() {
		hosts[name] = static.SingleLocalHost(freeport.Address(port))
	}
	return hosts
}

func (p servicePorts) services() map[string]config.Service {
	services := map[string]config.Service{}
	for name, port := range p.byName() {
		services[string(name)] = config.Service{RPC: config.RPC{GRPCPort: port, BindOnLocalHost: true}}
	}
	return services
}
