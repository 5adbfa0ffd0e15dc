/* A narrow door to libjpeg-turbo: whole images or a region, with the error behaviour of Pillow's decoder. */
#ifndef CLASSIFIER_JPEG_H
#define CLASSIFIER_JPEG_H

#include <stddef.h>
#include <stdint.h>

enum ct_jpeg_status {
  CT_JPEG_OK = 0,
  /* The data ends before the image does. */
  CT_JPEG_TRUNCATED = 1,
  /* libjpeg refuses the data; the message says why. */
  CT_JPEG_BROKEN = 2,
  /* More work than the caller allows. */
  CT_JPEG_LIMIT = 3,
  CT_JPEG_MEMORY = 4
};

struct ct_jpeg_decoder;

struct ct_jpeg_decoder *ct_jpeg_decoder_new(void);
void ct_jpeg_decoder_free(struct ct_jpeg_decoder *decoder);
/* What libjpeg said last; empty where it said nothing. */
const char *ct_jpeg_message(const struct ct_jpeg_decoder *decoder);

struct ct_jpeg_frame {
  int32_t width, height;
  int32_t components;
  /* Width and height in pixels of one MCU row's unit. */
  int32_t mcu_width, mcu_height;
  int32_t progressive;
};

/* Reads the header and leaves the decoder ready for ct_jpeg_decode of the same data. */
int ct_jpeg_begin(struct ct_jpeg_decoder *decoder, const uint8_t *data, size_t size, struct ct_jpeg_frame *frame);

/* Decodes columns [x, x + w) and rows [y, y + h) into rows of `stride` bytes: 3 bytes a pixel (RGB), or 4 with `cmyk`
   (as stored, not inverted). x must be a multiple of mcu_width, or the whole width be asked for.
   `max_scans` bounds the scans of a progressive file. */
int ct_jpeg_decode(struct ct_jpeg_decoder *decoder, int32_t x, int32_t y, int32_t w, int32_t h, int32_t cmyk,
                   int32_t max_scans, uint8_t *out, size_t stride);

/* Encodes RGB rows (4:2:0, libjpeg's own quality scale). The caller frees *out by ct_jpeg_release. */
int ct_jpeg_encode(const uint8_t *rgb, int32_t width, int32_t height, size_t stride, int32_t quality, uint8_t **out,
                   size_t *size);
void ct_jpeg_release(uint8_t *buffer);

#endif
