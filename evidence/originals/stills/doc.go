// Package stills makes a sheet of stills with their times from a film, and a sheet with the
// wave form from a sound, so that they can be looked at on a page and on paper.
//
// It runs ffmpeg and ffprobe, which are optional: one process for each still, which reads
// only the file that it is given, with a fixed format and list of decoders, without network,
// with limits of memory, processor time and output, and which ends with the caller. It knows
// no case. Only the jobs of package decode import it.
package stills
