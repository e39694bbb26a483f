package statement

import (
	"fmt"
	"maps"
	"slices"

	"recourse/recovery"
)

// The codes of refusals. Each is a true reason with its own text
// on the pages.
const (
	refusedEmpty         = "empty"
	refusedNotABill      = "not_a_bill"
	refusedUnknownWallet = "unknown_wallet"
	refusedOtherWallet   = "other_wallet"
	refusedLanguage      = "other_language"
	refusedGarbled       = "garbled"
	refusedNoRows        = "no_rows"
	refusedFaults        = "too_many_faults"
	refusedBroken        = "broken"
	refusedLocked        = "locked_workbook"
	refusedOldWorkbook   = "old_workbook"
	refusedSheetProgram  = "other_workbook"
	refusedArchive       = "archive"
	refusedPage          = "web_page"
	refusedPicture       = "picture"
	refusedPDF           = "pdf"
)

// refusalDetails say what is wrong and what to do.
var refusalDetails = map[string]string{
	refusedEmpty:         "The file is empty. Export the bill again.",
	refusedNotABill:      "This is not a bill: no line names the columns 交易时间, 收/支, 金额 and 交易单号. Send the file that the wallet made.",
	refusedUnknownWallet: "The file does not say which wallet made it: neither its own line nor all its columns are there. Send the file as the wallet made it.",
	refusedLanguage:      "This bill is not in Simplified Chinese. Set the wallet's language to 简体中文, export the bill again and send that.",
	refusedGarbled:       "The characters of this file were destroyed when it was saved with a wrong encoding. Export the bill again and send it unopened.",
	refusedNoRows:        "The bill lists no payment. Export a period that contains the day of the payment.",
	refusedFaults:        "More than 5,000 rows cannot be read: this is not a bill as the wallet exported it. Export it again and send it unopened.",
	refusedLocked:        "The workbook has a password. Open it, remove the password, save it and send it again.",
	refusedOldWorkbook:   "This is a workbook in the old format (XLS). Save it as XLSX, or send the file that the wallet made.",
	refusedSheetProgram:  "This is a document of Numbers or OpenOffice. Export it as XLSX or CSV, or send the file that the wallet made.",
	refusedArchive:       "This is a packed file of another kind than ZIP. Unpack it and send the CSV or XLSX file inside.",
	refusedPage:          "This is a web page, not the exported file. Download the bill again and send the file itself.",
	refusedPicture:       "This is a picture. Upload it as a screenshot; here only the exported file can be read.",
	refusedPDF:           "No payment can be read from this PDF. Upload it as evidence, and import the bill that the wallet exports for reconciliation (用于个人对账).",
}

// Refusals are the codes with which a file is refused, for those who have a text for each.
func Refusals() []string {
	codes := slices.Collect(maps.Keys(refusalDetails))
	for _, fault := range []string{faultShape, faultLong, faultTime, faultAmount, faultDirection, faultNumber, faultLost, faultNotRead} {
		codes = append(codes, "unreadable_"+fault)
	}
	codes = append(codes, refusedOtherWallet, refusedBroken)
	slices.Sort(codes)
	return codes
}

// refuse returns the error for a file that is not a readable bill.
func refuse(code string) error { return refuseFile(code, refusalDetails[code]) }

func refuseFile(code, detail string) error {
	return recovery.Invalid([]recovery.FieldFault{{Field: "file", Code: code, Detail: detail}})
}

// refuseOther returns the error for a bill of another issuer.
func refuseOther(name string) error {
	return refuseFile(refusedOtherWallet, fmt.Sprintf("This is a bill of %s. Only bills of WeChat, Alipay, QQ and WeCom can be read here; upload it as other evidence.", name))
}

// refuseUnreadable returns the error for a bill of which no row can be read; the reason
// is that of most rows.
func refuseUnreadable(faults []RowFault) error {
	count := map[string]int{}
	most := faults[0]
	for _, fault := range faults {
		count[fault.Code]++
		if count[fault.Code] > count[most.Code] {
			most = fault
		}
	}
	return refuseFile("unreadable_"+most.Code, fmt.Sprintf("No row of the bill can be read. Row %d: %s Export the bill again and send it unopened.", most.Row, most.Why))
}

// kindsOfFiles are the first bytes of files that people send instead of a bill.
var kindsOfFiles = []struct{ start, code string }{
	{"%PDF-", refusedPDF},
	{"\x89PNG", refusedPicture}, {"\xFF\xD8\xFF", refusedPicture}, {"GIF8", refusedPicture}, {"RIFF", refusedPicture}, {"BM", refusedPicture},
	{"7z\xBC\xAF\x27\x1C", refusedArchive}, {"Rar!", refusedArchive}, {"\x1F\x8B", refusedArchive}, {"BZh", refusedArchive}, {"\xFD7zXZ", refusedArchive},
	{"<!DOCTYPE", refusedPage}, {"<!doctype", refusedPage}, {"<html", refusedPage}, {"<HTML", refusedPage},
}
