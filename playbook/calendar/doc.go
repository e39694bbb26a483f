// Package calendar counts days as Chinese offices and courts do: rest days,
// statutory holidays and make-up workdays of the years whose notices are
// published, in the time of Asia/Shanghai.
//
// It decides no deadline's length (that is data of package playbook) and knows
// no clock; instants come in as arguments. A year without a published notice is
// counted by its weekends, and every answer that leant on it says so. Package
// playbook and whatever stands above it may import this one; it imports the
// standard library and a YAML reader only.
package calendar
