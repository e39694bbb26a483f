package local

import (
	"fmt"
	"net"
	"strconv"
)

// checkPort says in one sentence what to do when somebody else listens already.
func checkPort(address, what, change string) error {
	l, err := net.Listen("tcp", address)
	if err == nil {
		return l.Close()
	}
	_, port, splitErr := net.SplitHostPort(address)
	if splitErr != nil {
		port = address
	}
	return fmt.Errorf("port %s for %s is in use: end what listens there, or choose another with make run ARGS=\"%s\"", port, what, change)
}

// checkPorts looks at every port before anything is started: inside the servers
// a clash would come late and end a process without a word. It gives PostgreSQL's
// port, which may be any that is free.
func (o Options) checkPorts() (postgresPort int, err error) {
	if err := checkPort(o.Addr, "the product", "--addr 127.0.0.1:PORT"); err != nil {
		return 0, err
	}
	if o.TemporalAddress == "" {
		if err := checkPort(localAddress(o.TemporalPort), "Temporal", "--temporal-port PORT"); err != nil {
			return 0, err
		}
		if err := checkPort(localAddress(o.UIPort), "the Temporal UI", "--ui-port PORT"); err != nil {
			return 0, err
		}
	}
	if o.DatabaseURL != "" || o.PostgresPort != 0 {
		return o.PostgresPort, o.checkPostgresPort()
	}
	return nextFree(DefaultPostgresPort)
}

func (o Options) checkPostgresPort() error {
	if o.DatabaseURL != "" {
		return nil
	}
	return checkPort(localAddress(o.PostgresPort), "PostgreSQL", "--postgres-port PORT")
}

// nextFree looks at a hundred ports from the given one upwards.
func nextFree(from int) (int, error) {
	for port := from; port < from+100; port++ {
		l, err := net.Listen("tcp", localAddress(port))
		if err == nil {
			return port, l.Close()
		}
	}
	return 0, fmt.Errorf("no port between %d and %d is free for PostgreSQL: choose one with make run ARGS=\"--postgres-port PORT\"", from, from+99)
}

// FreePorts finds n ports on 127.0.0.1 that were free a moment ago, for tests
// and benchmarks that run beside other things.
func FreePorts(n int) ([]int, error) {
	ports := make([]int, 0, n)
	for range n {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			return nil, fmt.Errorf("find a free port: %w", err)
		}
		defer func() { _ = l.Close() }()
		_, port, err := net.SplitHostPort(l.Addr().String())
		if err != nil {
			return nil, fmt.Errorf("read the port: %w", err)
		}
		number, err := strconv.Atoi(port)
		if err != nil {
			return nil, fmt.Errorf("read the port: %w", err)
		}
		ports = append(ports, number)
	}
	return ports, nil
}
