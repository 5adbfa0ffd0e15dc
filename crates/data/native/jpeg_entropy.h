/* The Huffman decoding of ordinary (baseline, one scan) JPEGs in place of libjpeg's, several times as fast. It knows sound
   data only: at the first thing that is odd it gives up, and the image is decoded again by libjpeg alone. So what damaged
   files give is libjpeg's answer in every case. */
#ifndef CLASSIFIER_JPEG_ENTROPY_H
#define CLASSIFIER_JPEG_ENTROPY_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <jpeglib.h>

struct ct_entropy;

struct ct_entropy *ct_entropy_new(void);
void ct_entropy_free(struct ct_entropy *entropy);

/* Takes over the decoding of the scan that `info` has just started, whose bytes end at `end`; blocks of MCU columns outside
   of [first_column, last_column] may be left empty. 0 where the scan is of another kind and nothing was changed. */
int ct_entropy_attach(struct ct_entropy *entropy, j_decompress_ptr info, const uint8_t *end, uint32_t first_column,
                      uint32_t last_column);

/* Decodes the next MCU into its blocks, which are all zero, or passes over it where `blocks` is null. 0 on odd data. */
int ct_entropy_decode(struct ct_entropy *entropy, j_decompress_ptr info, JBLOCKROW *blocks);

#endif
