package signals_test

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"strings"
	"testing"
	"time"
	"unicode/utf16"

	"github.com/google/go-cmp/cmp"

	"recourse/evidence/originals/signals"
)

const (
	jpeg = "image/jpeg"
	png  = "image/png"
	webp = "image/webp"
	heic = "image/heic"
	mp4  = "video/mp4"
	pdf  = "application/pdf"
)

func find(t testing.TB, media, software string, data []byte) []signals.Mark {
	t.Helper()
	marks, err := signals.Find(bytes.NewReader(data), int64(len(data)), media, software)
	if err != nil {
		t.Fatal(err)
	}
	return marks
}

// utf16Text is a text as EXIF holds it in a user comment.
func utf16Text(text string) string {
	var out bytes.Buffer
	_ = binary.Write(&out, binary.BigEndian, utf16.Encode([]rune(text)))
	return "Exif\x00\x00UNICODE\x00" + out.String()
}

const settings = "a receipt\nSteps: 20, Sampler: Euler a, CFG scale: 7"

// TestMarks: the same mark is found in every kind of file that can hold it.
func TestMarks(t *testing.T) {
	t.Parallel()
	declared := signals.Mark{Kind: signals.DeclaredAI, Value: "trainedAlgorithmicMedia"}
	labelled := signals.Mark{Kind: signals.DeclaredAI, Value: "AIGC Label 1"}
	diffusion := signals.Mark{Kind: signals.GeneratorMark, Value: "Stable Diffusion"}
	manifest := "c2pa...claim_generator\x78\x1eChatGPT 4o via OpenAI platform" + `digitalSourceType http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia`
	provenance := []signals.Mark{
		declared, {Kind: signals.GeneratorMark, Value: "ChatGPT 4o via OpenAI platform"}, {Kind: signals.ProvenanceMark, Value: "ChatGPT 4o via OpenAI platform"},
	}
	for name, test := range map[string]struct {
		media string
		data  []byte
		want  []signals.Mark
	}{
		"XMP in JPEG":      {jpeg, buildJPEG(part{app1, xmpHead + xmp(generated)}), []signals.Mark{declared}},
		"XMP in PNG":       {png, buildPNG(part{"iTXt", "XML:com.adobe.xmp\x00\x00\x00\x00\x00" + xmp(generated)}), []signals.Mark{declared}},
		"packed XMP":       {png, buildPNG(part{"iTXt", "XML:com.adobe.xmp\x00\x01\x00\x00\x00" + deflate(t, xmp(generated))}), []signals.Mark{declared}},
		"XMP in WebP":      {webp, buildWebP(part{"VP8 ", "odd"}, part{"XMP ", xmp(generated)}), []signals.Mark{declared}},
		"XMP in HEIC":      {heic, []byte(strings.Repeat("x", 900_000) + xmp(generated) + "end"), []signals.Mark{declared}},
		"XMP in a film":    {mp4, []byte("....ftypmp42" + xmp(generated)), []signals.Mark{declared}},
		"XMP in a PDF":     {pdf, []byte("%PDF-1.7\n" + xmp(generated)), []signals.Mark{declared}},
		"label in JPEG":    {jpeg, buildJPEG(part{app1, xmpHead + xmp(chineseLabel)}), []signals.Mark{labelled}},
		"label in PNG":     {png, buildPNG(part{"tEXt", `AIGC` + "\x00" + `{"AIGC":{"Label":"1","ProduceID":"x"}}`}), []signals.Mark{labelled}},
		"label in a film":  {mp4, []byte(`....ftypmp42....udta{"AIGC": {"Label": 1, "ContentProducer": "x"}}`), []signals.Mark{labelled}},
		"label in a PDF":   {pdf, []byte(`%PDF-1.7 << /AIGC ({\"Label\":\"1\"}) >>`), []signals.Mark{labelled}},
		"possible":         {jpeg, buildJPEG(part{app1, xmpHead + xmp(strings.Replace(chineseLabel, ":&quot;1", ":&quot;2", 1))}), []signals.Mark{{Kind: signals.PossibleAI, Value: "AIGC Label 2"}}},
		"suspected":        {jpeg, buildJPEG(part{app1, xmpHead + xmp(strings.Replace(chineseLabel, ":&quot;1", ":&quot;3", 1))}), []signals.Mark{{Kind: signals.PossibleAI, Value: "AIGC Label 3"}}},
		"C2PA in JPEG":     {jpeg, buildJPEG(part{app11, "JP....jumb" + manifest[:20]}, part{app11, "JP....jumb" + manifest[7:]}), provenance},
		"C2PA in PNG":      {png, buildPNG(part{"caBX", "jumb" + manifest}), provenance},
		"C2PA in WebP":     {webp, buildWebP(part{"C2PA", "jumb" + manifest}), provenance},
		"C2PA in boxes":    {mp4, []byte("....ftypmp42....uuid\xd8\xfe\xc3\xd6\x1b\x0e\x48\x3c\x92\x97\x58\x28\x87\x7e\xc4\x81" + manifest), provenance},
		"settings in PNG":  {png, buildPNG(part{"tEXt", "parameters\x00" + settings}), []signals.Mark{diffusion}},
		"packed settings":  {png, buildPNG(part{"zTXt", "parameters\x00\x00" + deflate(t, settings)}), []signals.Mark{diffusion}},
		"settings in EXIF": {jpeg, buildJPEG(part{app1, utf16Text(settings)}), []signals.Mark{diffusion}},
		"a workflow":       {png, buildPNG(part{"tEXt", "prompt\x00" + `{"3":{"class_type":"KSampler"}}`}), []signals.Mark{{Kind: signals.GeneratorMark, Value: "ComfyUI"}}},
		"an element":       {jpeg, buildJPEG(part{app1, xmpHead + "<xmp:CreatorTool>Adobe Photoshop 26.0</xmp:CreatorTool>"}), []signals.Mark{{Kind: signals.EditorMark, Value: "Adobe Photoshop 26.0"}}},
		"a history":        {jpeg, buildJPEG(part{app1, xmpHead + xmp(`stEvt:softwareAgent="醒图 12.1"`)}), []signals.Mark{{Kind: signals.EditorMark, Value: "醒图 12.1"}}},
		"a PNG's program":  {png, buildPNG(part{"tEXt", "Software\x00Adobe ImageReady Photoshop"}), []signals.Mark{{Kind: signals.EditorMark, Value: "Adobe ImageReady Photoshop"}}},
		"two marks":        {jpeg, buildJPEG(part{app1, xmpHead + xmp(generated+` xmp:CreatorTool="Adobe Firefly"`)}), []signals.Mark{declared, {Kind: signals.GeneratorMark, Value: "Adobe Firefly"}}},
		"twice":            {jpeg, buildJPEG(part{app1, xmpHead + xmp(generated)}, part{app1, xmpHead + xmp(generated)}), []signals.Mark{declared}},
	} {
		if diff := cmp.Diff(test.want, find(t, test.media, "", test.data)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

// TestHonestFiles have no marks: a phone's photo, a screenshot, words that only look like
// a label or a program.
func TestHonestFiles(t *testing.T) {
	t.Parallel()
	photographed := strings.Replace(generated, "trainedAlgorithmicMedia", "digitalCapture", 1)
	for name, test := range map[string]struct {
		media, software string
		data            []byte
	}{
		"a photo":           {jpeg, "HUAWEI Mate 60 Pro 4.2", buildJPEG(part{app1, "Exif\x00\x00II*\x00"}, part{app1, xmpHead + xmp(photographed)})},
		"a screenshot":      {png, "", buildPNG(part{"IHDR", "0123456789abc"}, part{"tEXt", "Software\x00Android 15"})},
		"a word of a name":  {jpeg, "Panasoraview 2.0", buildJPEG()},
		"a chat about it":   {png, "", buildPNG(part{"tEXt", "Comment\x00用 AIGC 工具画的，Label 是别的意思"})},
		"no such label":     {jpeg, "", buildJPEG(part{app1, xmpHead + xmp(`TC260:AIGC="{&quot;Label&quot;:&quot;9&quot;}"`)})},
		"another structure": {jpeg, "", []byte("no JPEG")},
		"nothing":           {png, "", nil},
		"an iPhone":         {heic, "26.1", []byte("....ftypheic" + xmp(`xmp:CreatorTool="26.1" xmp:CreateDate="2026-11-28T10:31:14" xmp:ModifyDate="2026-11-28T10:31:14"`))},
	} {
		if marks := find(t, test.media, test.software, test.data); len(marks) != 0 {
			t.Errorf("%s: %+v", name, marks)
		}
	}
}

// TestPrograms are recognised in every spelling that files use.
func TestPrograms(t *testing.T) {
	t.Parallel()
	for software, want := range map[string]signals.Kind{
		"Adobe Photoshop CC 2019 (Windows)": signals.EditorMark, "GIMP 2.10.36": signals.EditorMark, "Snapseed": signals.EditorMark,
		"美图秀秀 11.2": signals.EditorMark, "Picasa": "", "MIUI Gallery": "", "iOS 26.1": "", "微商截图王": signals.GeneratorMark,
		"Midjourney v7": signals.GeneratorMark, "即梦AI": signals.GeneratorMark, "豆包": signals.GeneratorMark, "DALL·E 3": signals.GeneratorMark,
		"Imagenomic": "", "Sora": signals.GeneratorMark, "Soraka": "",
	} {
		var got signals.Kind
		if marks := find(t, jpeg, software, nil); len(marks) == 1 {
			got = marks[0].Kind
		}
		if got != want {
			t.Errorf("%s: %q, want %q", software, got, want)
		}
	}
}

// TestChangedLater compares times with and without a zone.
func TestChangedLater(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		created, modified string
		want              int
	}{
		"the same":        {"2026-11-28T10:31:14+08:00", "2026-11-28T10:31:14+08:00", 0},
		"another zone":    {"2026-11-28T10:31:14+08:00", "2026-11-28T02:31:15Z", 0},
		"while saving":    {"2026-11-28T10:31:14", "2026-11-28T10:32:10", 0},
		"an hour later":   {"2026-11-28T10:31:14", "2026-11-28T11:31:14.5", 1},
		"without seconds": {"2026-11-28T10:31", "2026-11-29T10:31", 1},
		"before":          {"2026-11-28T10:31:14", "2026-11-27T10:31:14", 0},
		"no time":         {"2026-11-28T10:31:14", "yesterday at ten", 0},
	} {
		data := buildJPEG(part{app1, xmpHead + xmp(fmt.Sprintf(`xmp:CreateDate="%s" xmp:ModifyDate="%s"`, test.created, test.modified))})
		if marks := find(t, jpeg, "", data); len(marks) != test.want || test.want == 1 && marks[0].Kind != signals.ChangedLater {
			t.Errorf("%s: %+v", name, marks)
		}
	}
}

// TestValuesAreBounded: what a file says about itself is short and printable.
func TestValuesAreBounded(t *testing.T) {
	t.Parallel()
	many := strings.Repeat(`<xmp:CreatorTool>Photoshop`+strings.Repeat("é\x07\u202e", 200)+`</xmp:CreatorTool>`, 300)
	marks := find(t, jpeg, strings.Repeat("GIMP ", 1000), buildJPEG(part{app1, (xmpHead + many)[:65_000]}))
	if len(marks) == 0 || len(marks) > 20 {
		t.Fatalf("%d marks", len(marks))
	}
	for _, mark := range marks {
		if len([]rune(mark.Value)) > 80 || strings.ContainsAny(mark.Value, "\x07\u202e") {
			t.Errorf("%q", mark.Value)
		}
	}
}

// TestEveryKindHasText, and the caution says that absence proves nothing.
func TestEveryKindHasText(t *testing.T) {
	t.Parallel()
	for _, kind := range signals.Kinds {
		if len([]rune(kind.Text())) < 10 {
			t.Errorf("%s: %q", kind, kind.Text())
		}
	}
	if !strings.Contains(signals.Caution(), "没有也不说明") {
		t.Error(signals.Caution())
	}
}

// TestHostileFilesAreCheap: a file of 1 MB that repeats what is searched for takes little
// time. The limit is far above the usual 20 ms, because the machine may be busy.
func TestHostileFilesAreCheap(t *testing.T) {
	t.Parallel()
	for _, word := range []string{"AIGC", "AIGC....Label", "digitalsourcetype/", "CreatorTool" + strings.Repeat(" ", 40), "<x:xmpmeta", "c2paclaim_generator", "&quot;", `\"`} {
		data := []byte(strings.Repeat(word, (1<<20)/len(word)))
		started := time.Now()
		find(t, mp4, "", data)
		find(t, png, "", buildPNG(part{"zTXt", "x\x00\x00" + deflate(t, string(data))}, part{"caBX", string(data)}, part{"iTXt", "XML:com.adobe.xmp\x00\x00\x00\x00\x00" + string(data)}))
		if took := time.Since(started); took > time.Second {
			t.Errorf("%q: %s", word, took)
		}
	}
}

// FuzzFind reads files of every kind, cut and repeated.
func FuzzFind(f *testing.F) {
	medias := []string{jpeg, png, webp, heic, mp4, pdf, ""}
	for i := range medias {
		f.Add(buildJPEG(part{app1, xmpHead + xmp(generated+chineseLabel)}, part{app11, "JPc2paclaim_generator\x78\xff"}), uint8(i), uint16(1))
		f.Add(buildPNG(part{"zTXt", "parameters\x00\x00" + deflate(f, strings.Repeat(settings, 1000))}, part{"caBX", "c2pa"}), uint8(i), uint16(3))
		f.Add(buildWebP(part{"XMP ", xmp(generated)}), uint8(i), uint16(2000))
	}
	f.Fuzz(func(t *testing.T, data []byte, which uint8, times uint16) {
		data = bytes.Repeat(data, max(1, min(int(times), (1<<20)/max(1, len(data)))))
		for _, mark := range find(t, medias[int(which)%len(medias)], string(data[:min(len(data), 300)]), data) {
			if mark.Kind.Text() == "" || len([]rune(mark.Value)) > 80 {
				t.Errorf("%+v", mark)
			}
		}
	})
}
