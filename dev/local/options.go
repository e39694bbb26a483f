package local

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
)

// Options are what to start and where. ParseOptions fills them from a command
// line.
type Options struct {
	Data         string // the folder of all data
	Addr         string // host:port of the product
	Pace         int    // seconds of a case that pass in one second
	NoSample     bool
	TemporalPort int
	UIPort       int
	PostgresPort int // 0: DefaultPostgresPort or the next free one

	Product string // path of bin/recourse
	Self    string // path of dev/bin/stack, which is also the Temporal server
	Fonts   string // folder of the dossier's fonts

	DatabaseURL     string // if set, this server is used and none is started
	TemporalAddress string // the same for Temporal
}

// Default ports. PostgreSQL's is not the one of a server installed on the machine.
const (
	DefaultAddr         = "127.0.0.1:8080"
	DefaultTemporalPort = 7233
	DefaultUIPort       = 8233
	DefaultPostgresPort = 15432
)

// ErrHelp means that the flags were printed and nothing should be started.
var ErrHelp = flag.ErrHelp

// ParseOptions reads the flags of `make run ARGS=…` and the environment. The
// paths of the programs are derived from self, the running binary.
func ParseOptions(args []string, getenv func(string) string, self string, out io.Writer) (Options, error) {
	root := filepath.Dir(filepath.Dir(filepath.Dir(self)))
	o := Options{
		Self: self, Product: filepath.Join(root, "bin", "recourse"), Fonts: getenv("RECOURSE_FONTS"),
		DatabaseURL: getenv("DATABASE_URL"), TemporalAddress: getenv("TEMPORAL_ADDRESS"),
	}
	flags := flag.NewFlagSet("make run ARGS=…", flag.ContinueOnError)
	flags.SetOutput(out)
	flags.StringVar(&o.Data, "data", filepath.Join(root, ".recourse"), "folder for data, logs and tokens")
	flags.StringVar(&o.Addr, "addr", DefaultAddr, "address of the product")
	flags.IntVar(&o.Pace, "pace", 1, "how many seconds of a case pass in one second")
	flags.BoolVar(&o.NoSample, "no-sample", false, "do not walk the sample case")
	flags.IntVar(&o.TemporalPort, "temporal-port", DefaultTemporalPort, "port of the Temporal server")
	flags.IntVar(&o.UIPort, "ui-port", DefaultUIPort, "port of the Temporal UI")
	flags.IntVar(&o.PostgresPort, "postgres-port", 0, fmt.Sprintf("port of PostgreSQL (default %d or the next free one)", DefaultPostgresPort))
	if err := flags.Parse(args); err != nil {
		return Options{}, err
	}
	if flags.NArg() > 0 {
		return Options{}, fmt.Errorf("there is no argument %q: see make run ARGS=\"--help\"", flags.Arg(0))
	}
	if o.Fonts == "" {
		o.Fonts = filepath.Join(root, ".recourse", "fonts")
	}
	return o.checked()
}

// maxPace is the limit of the product.
const maxPace = 1_000_000

// checked validates the options and makes the data folder absolute.
func (o Options) checked() (Options, error) {
	if o.Pace < 1 || o.Pace > maxPace {
		return o, fmt.Errorf("--pace must be between 1 and %d, not %d", maxPace, o.Pace)
	}
	if _, _, err := net.SplitHostPort(o.Addr); err != nil {
		return o, fmt.Errorf("--addr must be host:port, not %q", o.Addr)
	}
	for flag, port := range map[string]int{"temporal-port": o.TemporalPort, "ui-port": o.UIPort, "postgres-port": o.PostgresPort} {
		if port < 0 || port > 65535 {
			return o, fmt.Errorf("--%s must be between 1 and 65535, not %d", flag, port)
		}
	}
	data, err := filepath.Abs(o.Data)
	if err != nil {
		return o, fmt.Errorf("find the folder %s: %w", o.Data, err)
	}
	o.Data = data
	return o, nil
}

// BaseURL is the address of the product for clients on this machine.
func (o Options) BaseURL() string {
	host, port, err := net.SplitHostPort(o.Addr)
	if err != nil {
		return "http://" + o.Addr
	}
	if ip := net.ParseIP(host); host == "" || ip != nil && ip.IsUnspecified() {
		host = "127.0.0.1"
	}
	return "http://" + net.JoinHostPort(host, port)
}

func (o Options) logFile(name string) string { return filepath.Join(o.Data, "logs", name+".log") }
func (o Options) pidFile(name string) string { return filepath.Join(o.Data, "run", name+".pid") }

// prepareData creates the data folder and checks that it can be written. Other
// users may enter it, as PostgreSQL may run as one, but not list it.
func (o Options) prepareData() error {
	for _, dir := range []string{o.Data, filepath.Join(o.Data, "logs"), filepath.Join(o.Data, "run")} {
		if err := os.MkdirAll(dir, 0o711); err != nil { //nolint:gosec // PostgreSQL may run as another user
			return o.dataError(err)
		}
	}
	probe, err := os.CreateTemp(o.Data, ".probe-*")
	if err != nil {
		return o.dataError(err)
	}
	return errors.Join(probe.Close(), os.Remove(probe.Name()))
}

func (o Options) dataError(err error) error {
	var path *os.PathError
	if errors.As(err, &path) {
		err = path.Err
	}
	return fmt.Errorf("the folder %s cannot be written (%w): choose another with make run ARGS=\"--data DIR\"", o.Data, err)
}
