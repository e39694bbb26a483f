// Package statement reads the bill that a wallet exports (WeChat, Alipay, QQ or WeCom, as
// text or workbook) or certifies as PDF, finds what was given back, and proposes the
// transaction that was sent by mistake. docs/bills.md lists the forms and the rules.
//
// It stores nothing and knows no case. It does not judge whether a bill is genuine
// or whose it is. Every row after the header becomes a Transaction, or a RowFault
// with a reason. Hostile bytes return an error and never panic.
//
// Everything above evidence may import it; it imports recovery only.
package statement
