package intake

import (
	"maps"
	"slices"
	"strings"

	"github.com/gabriel-vasile/mimetype"

	"recourse/evidence/originals/transcript"
)

// The media types with their own handling.
const (
	mediaPNG  = "image/png"
	mediaJPEG = "image/jpeg"
	mediaGIF  = "image/gif"
	mediaWebP = "image/webp"
	mediaHEIC = "image/heic"
	mediaHEIF = "image/heif"
	mediaPDF  = "application/pdf"
	mediaText = "text/plain"
	mediaCSV  = "text/csv"
	mediaXLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
	mediaDOCX = transcript.Word
	mediaHTML = transcript.Page
	mediaJSON = transcript.JSON
	mediaMail = transcript.Mail
)

// acceptedMedia are the types that a case may contain. The library calls M4A
// audio/x-m4a and distinguishes AVIF, 3GP and MP4 although all are based on MP4: only
// a type's own name counts, not its parent's.
var acceptedMedia = map[string]bool{
	mediaPNG: true, mediaJPEG: true, mediaGIF: true, mediaWebP: true, mediaHEIC: true, mediaHEIF: true, mediaPDF: true,
	"video/mp4": true, "video/quicktime": true, "video/x-m4v": true, "video/3gpp": true,
	"audio/amr": true, "audio/mp4": true, "audio/x-m4a": true, "audio/mpeg": true,
	mediaText: true, mediaCSV: true, mediaXLSX: true, mediaDOCX: true, mediaHTML: true, mediaJSON: true, transcript.Lines: true, mediaMail: true,
}

// AcceptedMedia lists the types that a case may contain, sorted.
func AcceptedMedia() []string { return slices.Sorted(maps.Keys(acceptedMedia)) }

// DownloadType is the type under which an original is sent. What a browser or a mail program
// would open as a page is sent as bytes.
func DownloadType(media string) string {
	if media == mediaHTML || media == mediaMail {
		return "application/octet-stream"
	}
	return media
}

// textForms are types that are stored as plain text: nothing opens them by their type.
var textForms = map[string]bool{
	"text/xml": true, "text/vcard": true, "text/calendar": true, "text/vtt": true, "text/tab-separated-values": true, "application/x-subrip": true,
}

// refusalByMedia maps refused types to the refusal that explains what to send instead.
var refusalByMedia = map[string]string{
	"application/zip": "archive", "application/x-7z-compressed": "archive", "application/vnd.rar": "archive",
	"application/x-rar-compressed": "archive", "application/gzip": "archive", "application/x-tar": "archive",
	"application/x-bzip2": "archive", "application/x-xz": "archive", "application/zstd": "archive", "application/jar": "archive",
	"application/java-archive": "archive", "application/vnd.android.package-archive": "archive",

	"application/msword": "document", "application/vnd.ms-excel": "document", "application/vnd.ms-powerpoint": "document",
	"application/x-ole-storage": "document", "text/rtf": "document", "application/vnd.ms-works": "document",
	"application/vnd.ms-excel.sheet.macroenabled.12": "workbook_macros",

	"image/svg+xml": "active_text", "text/javascript": "active_text", "text/x-php": "active_text",
	"text/x-shellscript": "active_text", "text/x-python": "active_text", "text/x-perl": "active_text",
	"text/x-lua": "active_text", "text/x-tcl": "active_text", "text/x-ruby": "active_text",

	"application/vnd.microsoft.portable-executable": "program", "application/x-elf": "program", "application/x-executable": "program",
	"application/x-mach-binary": "program", "application/wasm": "program", "application/x-sharedlib": "program",
	"application/x-object": "program", "application/x-java-applet": "program",
}

// refusalByPrefix are the refusals of whole families of types.
var refusalByPrefix = []struct{ prefix, code string }{
	{"application/vnd.openxmlformats-officedocument.", "document"}, {"application/vnd.oasis.opendocument.", "document"},
	{"image/", "image_format"}, {"video/", "video_format"}, {"audio/", "audio_format"},
	{"text/", "text_form"}, {"application/ogg", "audio_format"},
}

// detectMedia returns the type of a file by its first bytes, or the code of the
// refusal.
func detectMedia(head []byte) (media, refusal string) {
	if isSilkVoice(head) {
		return "", "audio_format"
	}
	detected, _, _ := strings.Cut(mimetype.Detect(head).String(), ";")
	media = textMedia(head, boxedMedia(head, detected))
	if acceptedMedia[media] {
		return media, ""
	}
	if code := refusalByMedia[media]; code != "" {
		return "", code
	}
	for _, family := range refusalByPrefix {
		if strings.HasPrefix(media, family.prefix) {
			return "", family.code
		}
	}
	return "", "unknown_kind"
}

// isSilkVoice detects WeChat's voice format, which only WeChat can play.
func isSilkVoice(head []byte) bool {
	return strings.HasPrefix(strings.TrimPrefix(string(head[:min(len(head), 16)]), "\x02"), "#!SILK")
}
