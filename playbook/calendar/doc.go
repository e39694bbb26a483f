// Package calendar counts days as Chinese offices and courts do: rest days,
// statutory holidays and make-up workdays of the years with a published notice, in
// the time of Asia/Shanghai.
//
// The lengths of deadlines are data of package playbook. This package has no clock;
// instants are arguments. A year without a published notice counts weekends only,
// and every answer that depends on it states this. Package playbook and the packages
// above it may import this one; it imports the standard library, recovery and a
// YAML reader only.
package calendar
