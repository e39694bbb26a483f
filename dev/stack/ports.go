package stack

import (
	"fmt"
	"net"

	"go.temporal.io/server/common/config"
	"go.temporal.io/server/common/membership/static"
	"go.temporal.io/server/common/primitives"
)

// servicePorts are the gRPC ports of the four services in this process.
type servicePorts struct{ frontend, history, matching, worker int }

// choosePorts checks the frontend's port and finds free ones for the rest. All
// are held open until the last is known, so that none is given out twice.
func choosePorts(frontend int) (servicePorts, error) {
	var held [4]net.Listener
	defer func() {
		for _, l := range held {
			if l != nil {
				_ = l.Close()
			}
		}
	}()
	var chosen [4]int
	for i := range held {
		want := 0
		if i == 0 {
			want = frontend
		}
		l, err := net.Listen("tcp", hostPort(want))
		if err != nil {
			return servicePorts{}, fmt.Errorf("port %d for Temporal is in use: %w", want, err)
		}
		held[i], chosen[i] = l, l.Addr().(*net.TCPAddr).Port
	}
	return servicePorts{chosen[0], chosen[1], chosen[2], chosen[3]}, nil
}

func (p servicePorts) byName() map[primitives.ServiceName]int {
	return map[primitives.ServiceName]int{
		primitives.FrontendService: p.frontend, primitives.HistoryService: p.history,
		primitives.MatchingService: p.matching, primitives.WorkerService: p.worker,
	}
}

// hosts replaces gossip between nodes: there is one node, and it is here.
func (p servicePorts) hosts() map[primitives.ServiceName]static.Hosts {
	hosts := map[primitives.ServiceName]static.Hosts{}
	for name, port := range p.byName() {
		hosts[name] = static.SingleLocalHost(hostPort(port))
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
