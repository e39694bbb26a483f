package main

import (
	"errors"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"strings"

	"recourse/api"
)

// site is the address at which people open the pages.
type site struct {
	hosts  []string // names that requests may ask for; none: any
	secure bool     // opened with https
}

// loopbackNames are the names of this machine for itself.
var loopbackNames = []string{"localhost", "127.0.0.1", "::1"}

// site returns the address from RECOURSE_URL and RECOURSE_ADDR. A process that listens on
// the loopback address can be asked by the names of this machine.
func (c config) site() site {
	s := site{secure: strings.HasPrefix(c.siteAddress(), "https://")}
	if u, err := url.Parse(c.siteAddress()); err == nil && u.Hostname() != "" {
		s.hosts = append(s.hosts, strings.ToLower(u.Hostname()))
	}
	if c.isLoopback() {
		s.hosts = append(s.hosts, loopbackNames...)
	}
	return s
}

// isLoopback reports whether only this machine reaches the process.
func (c config) isLoopback() bool {
	host, _, err := net.SplitHostPort(c.Addr)
	if err != nil {
		return false
	}
	address, err := netip.ParseAddr(host)
	return host == "localhost" || err == nil && address.IsLoopback()
}

// checkReach refuses settings with which strangers would reach the development accounts,
// or the site would not know its own name.
func (c config) checkReach() error {
	switch {
	case c.Profile == development && !c.isLoopback():
		return errors.New("RECOURSE_ADDR is not of this machine only: the development accounts have no passwords, " +
			"so RECOURSE_PROFILE=development listens on a loopback address such as 127.0.0.1:8080")
	case c.Profile == production && c.URL == "" && !c.isLoopback():
		return errors.New("RECOURSE_URL is not set: name the address at which people open the pages, for instance https://desk.example.org")
	}
	return nil
}

// hstsAge is how long browsers open the site with https only: a year, in seconds.
const hstsAge = "max-age=31536000"

// protect refuses requests for other hosts: a stranger's page could give its own name the
// address of this process and read with the visitor's rights. Probes ask by address.
func (s site) protect(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if s.secure {
			w.Header().Set("Strict-Transport-Security", hstsAge)
		}
		if len(s.hosts) > 0 && !slices.Contains(s.hosts, hostName(r.Host)) && !api.IsProbe(r.URL.Path) {
			http.Error(w, "This site has another address. Open it by the address that you were given.", http.StatusMisdirectedRequest)
			return
		}
		next.ServeHTTP(w, r)
	})
}

// hostName returns the host of a Host header without its port, in lower case.
func hostName(header string) string {
	if host, _, err := net.SplitHostPort(header); err == nil {
		header = host
	}
	return strings.ToLower(strings.TrimSuffix(strings.Trim(header, "[]"), "."))
}
