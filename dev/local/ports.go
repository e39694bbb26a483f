package local

import (
	"fmt"
	"net"

	"recourse/dev/freeport"
)

// choosePorts checks every port before anything is started: inside the servers
// a clash would come late and end a process without a message. A port chosen
// here stays reserved until release is called.
func choosePorts(o *Options) (release func(), err error) {
	release = func() {}
	if err := checkPort(o.Addr, "the product", "--addr 127.0.0.1:PORT"); err != nil {
		return release, err
	}
	if o.TemporalAddress == "" {
		if err := checkPort(freeport.Address(o.TemporalPort), "Temporal", "--temporal-port PORT"); err != nil {
			return release, err
		}
		if err := checkPort(freeport.Address(o.UIPort), "the Temporal UI", "--ui-port PORT"); err != nil {
			return release, err
		}
	}
	switch {
	case o.DatabaseURL != "":
		return release, nil
	case o.PostgresPort != 0:
		return release, checkPort(freeport.Address(o.PostgresPort), "PostgreSQL", "--postgres-port PORT")
	}
	o.PostgresPort, release, err = freeport.ReserveFirst(DefaultPostgresPort, DefaultPostgresPort+99)
	if err != nil {
		return func() {}, fmt.Errorf("%w for PostgreSQL: choose one with make run ARGS=\"--postgres-port PORT\"", err)
	}
	return release, nil
}

// checkPort returns an error that explains what to do if a program listens on
// address.
func checkPort(address, title, argument string) error {
	l, err := net.Listen("tcp", address)
	if err == nil {
		return l.Close()
	}
	_, port, splitErr := net.SplitHostPort(address)
	if splitErr != nil {
		port = address
	}
	return fmt.Errorf("port %s for %s is in use: end what listens there, or choose another with make run ARGS=\"%s\"", port, title, argument)
}
