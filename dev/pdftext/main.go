// Command pdftext compares the text that the product reads in PDFs with what poppler's
// pdftotext finds:
//
//	go -C dev run ./pdftext FOLDER
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"recourse/evidence/originals/decode"
	"recourse/evidence/originals/sandbox"
)

const childArgument = "run-as-child"

func main() {
	verbose := flag.Bool("v", false, "print the files with less than 90 %")
	flag.Parse()
	if flag.Arg(0) == childArgument {
		if err := sandbox.Serve(context.Background(), decode.Jobs(decode.Tools{Fonts: flag.Arg(1), Cache: flag.Arg(2)})); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	if err := compareFolder(flag.Arg(0), *verbose); err != nil {
		fmt.Fprintln(os.Stderr, "pdftext:", err)
		os.Exit(1)
	}
}

// maxText is the longest text that the product reads whole, in bytes.
const maxText = 200_000

// totals are the results for all files.
type totals struct {
	files, withText, most, nine, words, found, costly, partial int
	slowest                                                    time.Duration
}

func compareFolder(dir string, verbose bool) error {
	paths, err := filepath.Glob(filepath.Join(dir, "*.pdf"))
	if err != nil || len(paths) == 0 {
		return fmt.Errorf("no PDFs in %q: %w", dir, err)
	}
	slices.Sort(paths)
	tools := decode.FindTools()
	pool := sandbox.NewPool([]string{os.Args[0], childArgument, tools.Fonts, tools.Cache}, 1)
	defer pool.Close()
	decoder := decode.NewDecoder(pool)
	if err := decoder.Prepare(context.Background()); err != nil {
		return err
	}
	var sum totals
	for _, path := range paths {
		if err := sum.add(decoder, path, verbose); err != nil {
			return err
		}
	}
	share := func(n, of int) float64 { return 100 * float64(n) / float64(max(of, 1)) }
	fmt.Printf("%d files, %d with text; at least 80 %% of the words in %.1f %% of them, at least 90 %% in %.1f %%; %.1f %% of all %d words of texts below 200 kB\n",
		sum.files, sum.withText, share(sum.most, sum.withText), share(sum.nine, sum.withText), share(sum.found, sum.words), sum.words)
	fmt.Printf("too costly: %d; with something visible that is no text: %d; slowest %s\n", sum.costly, sum.partial, sum.slowest.Round(time.Millisecond))
	return nil
}

func (s *totals) add(decoder *decode.Decoder, path string, verbose bool) error {
	file, err := os.Open(path)
	if err != nil {
		return err
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil {
		return err
	}
	began := time.Now()
	report, err := decoder.Document(context.Background(), decode.File{ReaderAt: file, Size: info.Size(), Account: "a"})
	if err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	spent := time.Since(began)
	s.slowest = max(s.slowest, spent)
	said, _ := exec.CommandContext(context.Background(), "pdftotext", "-layout", path, "-").Output()
	want, found := compareWords(string(said), report.Text)
	s.files++
	if report.Unread {
		s.costly++
	}
	if report.Partial {
		s.partial++
	}
	if want == 0 {
		return nil
	}
	s.withText++
	if len(said) <= maxText { // of a longer text the product reads the beginning
		s.words, s.found = s.words+want, s.found+found
	}
	if found*10 >= want*8 {
		s.most++
	}
	if found*10 >= want*9 {
		s.nine++
	} else if verbose {
		fmt.Printf("%s: %d of %d words, %s, %+v\n", filepath.Base(path), found, want, spent.Round(time.Millisecond), report.Unread)
	}
	return nil
}

// compareWords counts the words of one text, and those of them that the other has.
func compareWords(want, text string) (count, found int) {
	have := map[string]int{}
	for _, word := range splitWords(text) {
		have[word]++
	}
	for _, word := range splitWords(want) {
		count++
		if have[word] > 0 {
			have[word]--
			found++
		}
	}
	return count, found
}

// splitWords returns the words of a text; each ideograph is one.
func splitWords(text string) []string {
	var spaced strings.Builder
	for _, char := range norm.NFKC.String(text) {
		switch {
		case unicode.Is(unicode.Han, char):
			spaced.WriteString(" " + string(char) + " ")
		case unicode.IsLetter(char), unicode.IsDigit(char), unicode.IsMark(char):
			spaced.WriteRune(unicode.ToLower(char))
		default:
			spaced.WriteRune(' ')
		}
	}
	return strings.Fields(spaced.String())
}
