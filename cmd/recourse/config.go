package main

import (
	"cmp"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"os"
	"path/filepath"
	"syscall"

	"github.com/caarlos0/env/v11"
	"github.com/labstack/echo/v4"

	"recourse/casework"
	"recourse/connections"
	"recourse/evidence/originals/blob"
	"recourse/evidence/originals/decode"
	"recourse/notify"
	"recourse/texts"
)

// The profiles. Development has ready accounts and allows a pace.
const (
	development = "development"
	production  = "production"
)

// defaultCustodian is the operator of an installation that names none.
const defaultCustodian = "本站运营方"

// config is read from the environment. The SDK reads the Temporal address and
// credentials itself (TEMPORAL_ADDRESS and others).
type config struct {
	DatabaseURL string `env:"DATABASE_URL"`
	Addr        string `env:"RECOURSE_ADDR" envDefault:"127.0.0.1:8080"`
	// MetricsAddr is where a process that serves no requests serves its metrics; "": nowhere.
	MetricsAddr string `env:"RECOURSE_METRICS_ADDR"`
	Data        string `env:"RECOURSE_DATA" envDefault:".recourse"`
	Profile     string `env:"RECOURSE_PROFILE" envDefault:"production"`
	Pace        int    `env:"RECOURSE_PACE" envDefault:"1"`
	Fonts       string `env:"RECOURSE_FONTS"`
	// Cache is a folder for the compiled reader of PDFs, which can be made again.
	Cache string `env:"RECOURSE_CACHE"`
	// Shelf is a folder with books/ that replaces the playbooks in the binary.
	Shelf     string `env:"RECOURSE_SHELF"`
	SMTPURL   string `env:"SMTP_URL"`
	MailFrom  string `env:"RECOURSE_MAIL_FROM"`
	URL       string `env:"RECOURSE_URL"`
	Custodian string `env:"RECOURSE_CUSTODIAN" envDefault:"本站运营方"`
	// RetentionYears is how long a closed case is kept before it is erased.
	RetentionYears int `env:"RECOURSE_RETENTION_YEARS" envDefault:"5"`
	// Limits changes the limits of people without an account; see casework.ParseLimits.
	Limits string `env:"RECOURSE_LIMITS"`
	// Connections changes how many connections and event streams the process holds; see
	// connections.ParseLimits.
	Connections string `env:"RECOURSE_CONNECTIONS"`
	// TrustedProxies are networks whose X-Forwarded-For header names the address of
	// the visitor.
	TrustedProxies []string `env:"RECOURSE_TRUSTED_PROXIES"`
	// DiskReserve is how many MB of the disk with the data files and exports leave free.
	DiskReserve int64 `env:"RECOURSE_DISK_RESERVE_MB" envDefault:"512"`
	Sealing     sealConfig
}

// maxRetentionYears is the age at which every claim has ended (民法典 188).
const maxRetentionYears = 20

func readConfig() (config, error) {
	var c config
	if err := env.Parse(&c); err != nil {
		return c, fmt.Errorf("the environment cannot be read: %w", err)
	}
	if c.Fonts == "" {
		c.Fonts = filepath.Join(c.Data, "fonts")
	}
	if c.Cache == "" {
		c.Cache = cmp.Or(decode.UserCache(), filepath.Join(c.Data, "cache"))
	}
	return c, c.validate()
}

func (c config) validate() error {
	switch {
	case c.DatabaseURL == "":
		return errors.New("DATABASE_URL is not set: name the PostgreSQL database, for instance postgres://user@127.0.0.1:5432/recourse")
	case c.Profile != development && c.Profile != production:
		return fmt.Errorf("RECOURSE_PROFILE is %q: use development or production", c.Profile)
	case c.DiskReserve < 0:
		return fmt.Errorf("RECOURSE_DISK_RESERVE_MB is %d: use a number of MB, or 0 to use the whole disk", c.DiskReserve)
	case c.Pace < 1:
		return fmt.Errorf("RECOURSE_PACE is %d: it must be 1 or more", c.Pace)
	case c.RetentionYears < casework.MinRetentionYears || c.RetentionYears > maxRetentionYears:
		return fmt.Errorf("RECOURSE_RETENTION_YEARS is %d: closed cases are kept for %d to %d years, "+
			"while a claim can be brought and enforced", c.RetentionYears, casework.MinRetentionYears, maxRetentionYears)
	case c.Pace > 1 && c.Profile == production:
		return fmt.Errorf("RECOURSE_PACE is %d: a pace is allowed in the development profile only", c.Pace)
	}
	if _, err := c.mailServer(); err != nil {
		return err
	}
	if _, err := casework.ParseLimits(c.Limits); err != nil {
		return fmt.Errorf("RECOURSE_LIMITS: %w", err)
	}
	if _, err := c.connectionOptions(); err != nil {
		return err
	}
	if _, err := c.addressOfVisitor(); err != nil {
		return err
	}
	if err := c.checkAuthority(); err != nil {
		return err
	}
	return c.checkSite()
}

// connectionOptions returns the limits for the number of files that the process may
// open, and the proxies that have none.
func (c config) connectionOptions() (connections.Options, error) {
	var files syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &files); err != nil {
		return connections.Options{}, fmt.Errorf("the limit of open files cannot be read: %w", err)
	}
	limits, err := connections.ParseLimits(c.Connections, files.Cur)
	if err != nil {
		return connections.Options{}, fmt.Errorf("RECOURSE_CONNECTIONS: %w", err)
	}
	proxies, err := c.proxies()
	return connections.Options{Limits: limits, Proxies: proxies}, err
}

// proxies returns the networks of the trusted proxies.
func (c config) proxies() ([]netip.Prefix, error) {
	networks := make([]netip.Prefix, len(c.TrustedProxies))
	for i, proxy := range c.TrustedProxies {
		network, err := netip.ParsePrefix(proxy)
		if err != nil {
			return nil, fmt.Errorf("RECOURSE_TRUSTED_PROXIES: %q is not a network such as 10.0.0.0/24", proxy)
		}
		networks[i] = network.Masked()
	}
	return networks, nil
}

// addressOfVisitor returns how the address of a visitor is found, by which requests
// without an account are limited: that of the connection, or behind trusted proxies
// the last one in X-Forwarded-For that is no proxy. Other headers are ignored,
// because anybody can send them.
func (c config) addressOfVisitor() (echo.IPExtractor, error) {
	if len(c.TrustedProxies) == 0 {
		return echo.ExtractIPDirect(), nil
	}
	proxies, err := c.proxies()
	if err != nil {
		return nil, err
	}
	trusted := []echo.TrustOption{echo.TrustLoopback(false), echo.TrustLinkLocal(false), echo.TrustPrivateNet(false)}
	for _, proxy := range proxies {
		trusted = append(trusted, echo.TrustIPRange(&net.IPNet{
			IP: proxy.Addr().AsSlice(), Mask: net.CIDRMask(proxy.Bits(), proxy.Addr().BitLen()),
		}))
	}
	return echo.ExtractIPFromXFFHeader(trusted...), nil
}

// mailServer returns the mail server, nil if none is configured. Without a name of
// its own, the sender has the name of the site.
func (c config) mailServer() (*notify.Server, error) {
	if c.SMTPURL == "" {
		return nil, nil //nolint:nilnil // a mail server is optional
	}
	server, err := notify.ParseServer(c.SMTPURL, c.MailFrom)
	if err != nil {
		return nil, fmt.Errorf("SMTP_URL and RECOURSE_MAIL_FROM: %w", err)
	}
	if server.From.Name == "" {
		chinese, err := texts.Load(texts.Chinese)
		if err != nil {
			return nil, err
		}
		server.From.Name = chinese.Text("site.name")
	}
	return &server, nil
}

// checkSite checks the base address of the links in mails.
func (c config) checkSite() error {
	u, err := url.Parse(c.URL)
	if c.URL == "" || err == nil && (u.Scheme == "https" || u.Scheme == "http") && u.Host != "" && u.User == nil && u.RawQuery == "" && u.Fragment == "" {
		return nil
	}
	return errors.New("RECOURSE_URL is the address at which people open the pages, for instance https://desk.example.org")
}

// siteAddress returns where people open the pages: RECOURSE_URL, or where the process
// listens.
func (c config) siteAddress() string {
	if c.URL != "" {
		return c.URL
	}
	return "http://" + c.Addr
}

// checkSignIn returns an error in production, which has no sign-in. The development
// accounts are for the developer's machine only.
func (c config) checkSignIn() error {
	if c.Profile == production {
		return errors.New("no sign-in is configured: this version signs people in by the development accounts only, " +
			"so it serves under RECOURSE_PROFILE=development and refuses the production profile")
	}
	return nil
}

// space is what files and exports leave free on the disk with the data.
func (c config) space() *blob.Space { return &blob.Space{Dir: c.Data, Reserve: c.DiskReserve << 20} }

func (c config) dataPath(parts ...string) string {
	return filepath.Join(append([]string{c.Data}, parts...)...)
}

// createFolders creates the folders that the product writes to.
func (c config) createFolders() error {
	for _, dir := range []string{c.Data, c.dataPath("keys"), c.dataPath("blobs"), c.dataPath("exports")} {
		if err := os.MkdirAll(dir, 0o700); err != nil {
			return fmt.Errorf("the folder %s cannot be created: %w", dir, err)
		}
	}
	return nil
}
