package e2e_test

import (
	"bytes"
	"context"
	"image"
	"image/color"
	"image/png"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/browser"
	"github.com/chromedp/chromedp"
)

// step is one thing done at a page.
type step = chromedp.Action[chromedp.Void]

// visitor is one person at one browser.
type visitor struct {
	t    *testing.T
	base string
	ctx  context.Context
}

// patience is how long one step of a page may take.
const patience = 30 * time.Second

// newVisitor opens a browser of its own, so that no session is shared.
func newVisitor(t *testing.T, base string, width, height int) *visitor {
	t.Helper()
	options := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.NoSandbox, chromedp.DisableGPU, chromedp.WindowSize(width, height),
		chromedp.Flag("accept-lang", "zh-CN"), chromedp.UserDataDir(t.TempDir()),
	)
	allocator, endAllocator := chromedp.NewExecAllocator(context.Background(), options...)
	ctx, endBrowser := chromedp.NewContext(allocator)
	t.Cleanup(func() { endBrowser(); endAllocator() })
	v := &visitor{t: t, base: strings.TrimSuffix(base, "/"), ctx: ctx}
	if err := chromedp.Do(ctx, chromedp.EmulateViewport(int64(width), int64(height))); err != nil {
		t.Fatalf("start the browser: %v", err)
	}
	return v
}

// do takes steps and fails the test with what the page showed.
func (v *visitor) do(what string, steps ...step) {
	v.t.Helper()
	limited, cancel := context.WithTimeout(v.ctx, patience)
	defer cancel()
	if err := chromedp.Do(limited, steps...); err != nil {
		v.t.Fatalf("%s: %v\n%s", what, err, v.here())
	}
}

// here is the address and the text of the page, for a failure.
func (v *visitor) here() string {
	limited, cancel := context.WithTimeout(v.ctx, patience)
	defer cancel()
	text, err := chromedp.Run(limited, chromedp.Evaluate[string](`location.href + "\n" + document.body.innerText`))
	if err != nil {
		return err.Error()
	}
	return text
}

func (v *visitor) open(path string) {
	v.t.Helper()
	v.do("open "+path, chromedp.Navigate(v.base+path), chromedp.WaitReady(chromedp.CSS("main")))
}

// signIn chooses the first development account whose line names the role.
func (v *visitor) signIn(role string) {
	v.t.Helper()
	v.open("/sign-in?lang=zh-CN")
	button := chromedp.Search(`//button[@name="account"][contains(., "` + role + `")]`)
	v.do("sign in as "+role, chromedp.Click(button), chromedp.WaitReady(chromedp.CSS(".who")))
}

// pick chooses an answer of a set of radio buttons or boxes.
func (v *visitor) pick(form, name, value string) step {
	return chromedp.Click(chromedp.CSS(`#` + form + ` input[name="` + name + `"][value="` + value + `"]`))
}

// put fills a field or selects an option.
func (v *visitor) put(form, name, value string) step {
	return chromedp.SetValue(chromedp.CSS(`#`+form+` [name="`+name+`"]`), value)
}

// run executes a script whose result does not matter.
func run(script string) step { return chromedp.Evaluate[chromedp.Void](script + "; ({})") }

// until waits for a condition of the page, through reloads as well.
func until(condition string) step {
	return chromedp.Poll[chromedp.Void]("("+condition+") && {}", chromedp.WithPollingInterval(100*time.Millisecond))
}

// send submits a form and waits for the page that answers.
func (v *visitor) send(form string) {
	v.t.Helper()
	limited, cancel := context.WithTimeout(v.ctx, patience)
	defer cancel()
	if _, err := chromedp.RunResponse(limited, chromedp.Click(chromedp.CSS(`#`+form+` .submit button`))); err != nil {
		v.t.Fatalf("send %s: %v\n%s", form, err, v.here())
	}
}

// act fills the form of an action on the page of a case and sends it.
func (v *visitor) act(home, action string, steps ...step) {
	v.t.Helper()
	form := "do-" + action
	v.open(home + "?do=" + action + "#" + form)
	v.do("fill "+action, append([]step{chromedp.WaitVisible(chromedp.CSS("#" + form))}, steps...)...)
	v.send(form)
	v.do(action+" was recorded", chromedp.WaitVisible(chromedp.CSS(".flash")))
}

// sees waits until an element holds a text.
func (v *visitor) sees(selector, text string) {
	v.t.Helper()
	v.do("see "+text, chromedp.PollFunction[chromedp.Void](
		`(s, t) => [...document.querySelectorAll(s)].some((e) => e.textContent.includes(t)) && {}`,
		chromedp.WithPollingArgs(selector, text), chromedp.WithPollingInterval(100*time.Millisecond),
	))
}

// reloadUntil loads a page again and again until it holds an element.
func (v *visitor) reloadUntil(path, selector string) {
	v.t.Helper()
	for end := time.Now().Add(patience); time.Now().Before(end); {
		v.open(path)
		found, err := chromedp.Run(v.ctx, chromedp.Evaluate[bool](`!!document.querySelector('`+selector+`')`))
		if err != nil {
			v.t.Fatal(err)
		}
		if found {
			return
		}
	}
	v.t.Fatalf("%s never showed %s\n%s", path, selector, v.here())
}

// value reads something from the page.
func (v *visitor) value(expression string) string {
	v.t.Helper()
	read, err := chromedp.Run(v.ctx, chromedp.Evaluate[string](expression))
	if err != nil {
		v.t.Fatalf("%s: %v\n%s", expression, err, v.here())
	}
	return read
}

// picture keeps what the page looks like when RECOURSE_SCREENSHOTS names a
// folder.
func (v *visitor) picture(name string) {
	v.t.Helper()
	folder := os.Getenv("RECOURSE_SCREENSHOTS")
	if folder == "" {
		return
	}
	whole, err := chromedp.Run(v.ctx, chromedp.FullScreenshot(100))
	if err == nil {
		err = os.WriteFile(filepath.Join(folder, name+".png"), whole, 0o600)
	}
	if err != nil {
		v.t.Fatal(err)
	}
}

// upload puts a file into a case through the form with progress.
func (v *visitor) upload(kind, file string) {
	v.t.Helper()
	v.do("upload "+kind,
		run(`document.querySelector("#upload").open = true`), v.put("upload-form", "kind", kind),
		chromedp.SetUploadFiles(chromedp.CSS(`#upload-form input[type=file]`), []string{file}),
		run(`document.querySelector("main").dataset.before = 1`),
		chromedp.Click(chromedp.CSS(`#upload-form .submit button`)),
		until(`!document.querySelector("main").dataset.before`), chromedp.WaitVisible(chromedp.CSS(".flash")),
	)
}

// download saves what a link gives and returns its bytes.
func (v *visitor) download(selector string) []byte {
	v.t.Helper()
	folder, yes := v.t.TempDir(), true
	limited, cancel := context.WithTimeout(v.ctx, patience)
	defer cancel()
	progress := chromedp.BrowserEvents(limited, browser.DownloadProgress)
	v.do("download "+selector, chromedp.Func(func(ctx context.Context, _ *chromedp.Target) error {
		_, err := chromedp.CallBrowser(ctx, browser.SetDownloadBehavior, browser.SetDownloadBehaviorParams{
			Behavior: browser.SetDownloadBehaviorBehaviorAllowAndName, DownloadPath: folder, EventsEnabled: &yes,
		})
		return err
	}), chromedp.Click(chromedp.CSS(selector)))
	for event, err := range progress {
		if err != nil {
			v.t.Fatalf("the download of %s: %v", selector, err)
		}
		if event.State == browser.DownloadProgressStateCompleted {
			return readFile(v.t, filepath.Join(folder, event.GUID))
		}
	}
	v.t.Fatalf("the download of %s did not end", selector)
	return nil
}

func readFile(t *testing.T, path string) []byte {
	t.Helper()
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

// screenshotFile draws a picture as a phone would save it.
func screenshotFile(t *testing.T, name string, tone uint8) string {
	t.Helper()
	drawn := image.NewRGBA(image.Rect(0, 0, 360, 640))
	for y := range 640 {
		for x := range 360 {
			drawn.Set(x, y, color.RGBA{R: tone, G: uint8(y / 3), B: uint8(x / 2), A: 255})
		}
	}
	var out bytes.Buffer
	if err := png.Encode(&out, drawn); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, out.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}
