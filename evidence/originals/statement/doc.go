// Package statement reads the bill that a wallet exports (WeChat as CSV or
// XLSX, Alipay as CSV) and proposes the transaction that was sent by mistake.
//
// It sees only bytes: it keeps nothing, knows no case, and judges neither
// whether a bill is genuine nor whose it is. Every row after the header comes
// back either as a Transaction or as a RowFault with its reason; hostile bytes
// are refused, never a panic.
//
// Everything above evidence may import it; it imports recovery only.
package statement
