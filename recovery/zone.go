package recovery

import "time"

// Shanghai is the time of China: every paper, every page and every term of the law
// goes by it. It has been UTC+8 without daylight saving since 1992, and cases begin
// in 2014; a fixed zone needs no data of the machine it runs on.
var Shanghai = time.FixedZone("Asia/Shanghai", 8*60*60)
