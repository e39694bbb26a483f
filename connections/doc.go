// Package connections bounds what one client can hold of a server: how long a
// connection waits for it, and how many connections its address has. It wraps the
// listener and the handler of an http.Server, so API and pages are alike.
//
// A connection that waits has 30 seconds; each kilobyte that the client sends or
// takes gives a second back. A connection beyond a limit replaces the one that has
// waited longest for its client. What the server works on is never ended for others.
//
// It knows nothing about requests, accounts or rates; those limits are in casework
// and api. It imports the standard library only. cmd sets it up; casework and api
// may import it for NetworkOf and Counts.
package connections
