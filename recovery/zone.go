package recovery

import "time"

// Shanghai is the time zone of China, used for all papers, pages and legal periods.
// It has been UTC+8 without daylight saving since 1992, and cases begin in 2014. A
// fixed zone does not depend on the time zone data of the machine.
var Shanghai = time.FixedZone("Asia/Shanghai", 8*60*60)
