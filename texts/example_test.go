package texts_test

import (
	"fmt"
	"time"

	"recourse/texts"
)

// A text is fetched by its key and filled with the values that it names.
func Example() {
	for _, language := range texts.Languages {
		catalog, err := texts.Load(language)
		if err != nil {
			fmt.Println(err)
			return
		}
		due := time.Date(2026, 11, 23, 10, 0, 0, 0, time.UTC)
		fmt.Println(catalog.Text("mail.moment", "At", due, "Weekday", catalog.Text("mail.weekday.1")))
	}
	// Output:
	// 2026年11月23日（星期一）18:00（北京时间）
	// Monday 23 November 2026, 18:00 (Beijing time)
}
