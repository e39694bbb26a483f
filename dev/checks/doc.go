// Package checks has the tests of the scripts that make check runs.
package checks
