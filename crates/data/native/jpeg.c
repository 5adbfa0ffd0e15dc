#include "jpeg.h"
#include "jpeg_entropy.h"

#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jpeglib.h>
#include <jerror.h>

/* Not an answer to callers: libjpeg has to decode the image by itself. */
#define CT_JPEG_AGAIN (-1)

/* How libjpeg-turbo's entropy decoder begins, by its internal header (`struct jpeg_entropy_decoder`). */
#if LIBJPEG_TURBO_VERSION_NUMBER >= 3000000 && LIBJPEG_TURBO_VERSION_NUMBER < 3002000
#define CT_JPEG_QUICK 1
struct entropy_decoder_head {
  void (*start_pass)(j_decompress_ptr info);
  boolean (*decode_mcu)(j_decompress_ptr info, JBLOCKROW *blocks);
};
#endif

struct error_manager {
  struct jpeg_error_mgr base;
  jmp_buf escape;
  int status;
  char message[JMSG_LENGTH_MAX];
};

static void on_error(j_common_ptr info) {
  struct error_manager *error = (struct error_manager *)info->err;
  (*info->err->format_message)(info, error->message);
  error->status = info->err->msg_code == JERR_OUT_OF_MEMORY ? CT_JPEG_MEMORY : CT_JPEG_BROKEN;
  longjmp(error->escape, 1);
}

static void on_message(j_common_ptr info) { (void)info; }

/* ---- a source that never refills: running dry suspends the decoder, which is how a truncated file shows ---- */

static void source_nothing(j_decompress_ptr info) { (void)info; }

static boolean source_dry(j_decompress_ptr info) {
  (void)info;
  return FALSE;
}

static void source_skip(j_decompress_ptr info, long count) {
  struct jpeg_source_mgr *source = info->src;
  size_t step = count < 0 ? 0 : (size_t)count;
  if (step > source->bytes_in_buffer) step = source->bytes_in_buffer;
  source->next_input_byte += step;
  source->bytes_in_buffer -= step;
}

struct ct_jpeg_decoder {
  struct jpeg_decompress_struct info;
  struct error_manager error;
  struct jpeg_source_mgr source;
  struct jpeg_progress_mgr progress;
  struct ct_entropy *entropy;
  /* The file that was begun. */
  const uint8_t *data;
  size_t size;
  int max_scans;
  /* Where unwanted bytes of a row go. */
  uint8_t *row;
  size_t row_size;
};

static void on_progress(j_common_ptr info) {
  struct jpeg_decompress_struct *decompress = (struct jpeg_decompress_struct *)info;
  struct ct_jpeg_decoder *decoder = (struct ct_jpeg_decoder *)((char *)decompress - offsetof(struct ct_jpeg_decoder, info));
  if (decoder->max_scans > 0 && decompress->input_scan_number > decoder->max_scans) {
    snprintf(decoder->error.message, sizeof decoder->error.message, "more than %d scans", decoder->max_scans);
    decoder->error.status = CT_JPEG_LIMIT;
    longjmp(decoder->error.escape, 1);
  }
}

struct ct_jpeg_decoder *ct_jpeg_decoder_new(void) {
  struct ct_jpeg_decoder *volatile decoder = calloc(1, sizeof *decoder);
  if (!decoder) return NULL;
  decoder->entropy = ct_entropy_new();
  if (!decoder->entropy) {
    free(decoder);
    return NULL;
  }
  decoder->info.err = jpeg_std_error(&decoder->error.base);
  decoder->error.base.error_exit = on_error;
  decoder->error.base.output_message = on_message;
  if (setjmp(decoder->error.escape)) {
    ct_entropy_free(decoder->entropy);
    free(decoder);
    return NULL;
  }
  jpeg_create_decompress(&decoder->info);
  decoder->source.init_source = source_nothing;
  decoder->source.fill_input_buffer = source_dry;
  decoder->source.skip_input_data = source_skip;
  decoder->source.resync_to_restart = jpeg_resync_to_restart;
  decoder->source.term_source = source_nothing;
  decoder->info.src = &decoder->source;
  decoder->progress.progress_monitor = on_progress;
  decoder->info.progress = &decoder->progress;
  return decoder;
}

void ct_jpeg_decoder_free(struct ct_jpeg_decoder *decoder) {
  if (!decoder) return;
  jpeg_destroy_decompress(&decoder->info);
  ct_entropy_free(decoder->entropy);
  free(decoder->row);
  free(decoder);
}

const char *ct_jpeg_message(const struct ct_jpeg_decoder *decoder) { return decoder->error.message; }

static int finish(struct ct_jpeg_decoder *decoder, int status) {
  jpeg_abort_decompress(&decoder->info);
  return status;
}

int ct_jpeg_begin(struct ct_jpeg_decoder *decoder, const uint8_t *data, size_t size, struct ct_jpeg_frame *frame) {
  struct jpeg_decompress_struct *info = &decoder->info;
  int answer;
  decoder->error.message[0] = 0;
  decoder->max_scans = 0;
  jpeg_abort_decompress(info);
  if (setjmp(decoder->error.escape)) return finish(decoder, decoder->error.status);
  decoder->data = data;
  decoder->size = size;
  decoder->source.next_input_byte = data;
  decoder->source.bytes_in_buffer = size;
  do {
    answer = jpeg_read_header(info, FALSE);
  } while (answer == JPEG_HEADER_TABLES_ONLY);
  if (answer == JPEG_SUSPENDED) return finish(decoder, CT_JPEG_TRUNCATED);
  frame->width = (int32_t)info->image_width;
  frame->height = (int32_t)info->image_height;
  frame->components = info->num_components;
  frame->mcu_width = info->max_h_samp_factor * DCTSIZE;
  frame->mcu_height = info->max_v_samp_factor * DCTSIZE;
  frame->progressive = info->progressive_mode || jpeg_has_multiple_scans(info);
  return CT_JPEG_OK;
}

#ifdef CT_JPEG_QUICK
static boolean decode_mcu_quickly(j_decompress_ptr info, JBLOCKROW *blocks) {
  struct ct_jpeg_decoder *decoder = (struct ct_jpeg_decoder *)((char *)info - offsetof(struct ct_jpeg_decoder, info));
  if (ct_entropy_decode(decoder->entropy, info, blocks)) return TRUE;
  decoder->error.status = CT_JPEG_AGAIN;
  longjmp(decoder->error.escape, 1);
}

/* Puts our entropy decoder in the place of libjpeg's where it knows the kind of scan. */
static void quicken(struct ct_jpeg_decoder *decoder, JDIMENSION left, JDIMENSION width) {
  struct jpeg_decompress_struct *info = &decoder->info;
  JDIMENSION mcu = DCTSIZE * (info->num_components == 1 ? 1 : (JDIMENSION)info->max_h_samp_factor);
  JDIMENSION last = (left + width + mcu - 1) / mcu - 1;
  if (ct_entropy_attach(decoder->entropy, info, decoder->data + decoder->size, left / mcu, last))
    ((struct entropy_decoder_head *)info->entropy)->decode_mcu = decode_mcu_quickly;
}
#else
static void quicken(struct ct_jpeg_decoder *decoder, JDIMENSION left, JDIMENSION width) {
  (void)decoder, (void)left, (void)width;
}
#endif

static int decode(struct ct_jpeg_decoder *decoder, int32_t x, int32_t y, int32_t w, int32_t h, int32_t cmyk,
                  int32_t max_scans, uint8_t *out, size_t stride, int quick) {
  struct jpeg_decompress_struct *info = &decoder->info;
  JDIMENSION left = (JDIMENSION)x, width = (JDIMENSION)w;
  volatile int32_t done = 0;
  decoder->max_scans = max_scans;
  if (setjmp(decoder->error.escape)) return finish(decoder, decoder->error.status);
  info->out_color_space = cmyk ? JCS_CMYK : JCS_RGB;
  if (!jpeg_start_decompress(info)) return finish(decoder, CT_JPEG_TRUNCATED);
  if (x != 0 || width != info->output_width) {
    jpeg_crop_scanline(info, &left, &width);
    if (left != (JDIMENSION)x || width < (JDIMENSION)w) {
      snprintf(decoder->error.message, sizeof decoder->error.message, "column %d is not on a block edge", x);
      return finish(decoder, CT_JPEG_BROKEN);
    }
  }
  if (quick) quicken(decoder, left, width);
  if (y > 0 && jpeg_skip_scanlines(info, (JDIMENSION)y) != (JDIMENSION)y) return finish(decoder, CT_JPEG_TRUNCATED);
  if (width == (JDIMENSION)w) {
    while (done < h) {
      JSAMPROW rows[4];
      int32_t batch = h - done < 4 ? h - done : 4, i;
      for (i = 0; i < batch; i++) rows[i] = out + (size_t)(done + i) * stride;
      JDIMENSION got = jpeg_read_scanlines(info, rows, (JDIMENSION)batch);
      if (got == 0) return finish(decoder, CT_JPEG_TRUNCATED);
      done += (int32_t)got;
    }
  } else {
    size_t pixel = cmyk ? 4 : 3, need = (size_t)width * pixel;
    if (decoder->row_size < need) {
      uint8_t *row = realloc(decoder->row, need);
      if (!row) return finish(decoder, CT_JPEG_MEMORY);
      decoder->row = row;
      decoder->row_size = need;
    }
    while (done < h) {
      JSAMPROW rows[1] = {decoder->row};
      if (jpeg_read_scanlines(info, rows, 1) == 0) return finish(decoder, CT_JPEG_TRUNCATED);
      memcpy(out + (size_t)done * stride, decoder->row, (size_t)w * pixel);
      done++;
    }
  }
  /* What follows a whole image may be missing, but not be wrong. */
  if (info->output_scanline == info->output_height) jpeg_finish_decompress(info);
  return finish(decoder, CT_JPEG_OK);
}

int ct_jpeg_decode(struct ct_jpeg_decoder *decoder, int32_t x, int32_t y, int32_t w, int32_t h, int32_t cmyk,
                   int32_t max_scans, uint8_t *out, size_t stride) {
  struct ct_jpeg_frame frame;
  int status = decode(decoder, x, y, w, h, cmyk, max_scans, out, stride, 1);
  if (status != CT_JPEG_AGAIN) return status;
  status = ct_jpeg_begin(decoder, decoder->data, decoder->size, &frame);
  return status == CT_JPEG_OK ? decode(decoder, x, y, w, h, cmyk, max_scans, out, stride, 0) : status;
}

int ct_jpeg_encode(const uint8_t *rgb, int32_t width, int32_t height, size_t stride, int32_t quality, uint8_t **out,
                   size_t *size) {
  struct jpeg_compress_struct info;
  struct error_manager error;
  unsigned char *volatile buffer = NULL;
  unsigned long length = 0;
  unsigned char *target = NULL;
  info.err = jpeg_std_error(&error.base);
  error.base.error_exit = on_error;
  error.base.output_message = on_message;
  if (setjmp(error.escape)) {
    jpeg_destroy_compress(&info);
    free(target);
    return error.status;
  }
  jpeg_create_compress(&info);
  jpeg_mem_dest(&info, &target, &length);
  info.image_width = (JDIMENSION)width;
  info.image_height = (JDIMENSION)height;
  info.input_components = 3;
  info.in_color_space = JCS_RGB;
  jpeg_set_defaults(&info);
  jpeg_set_quality(&info, quality, TRUE);
  jpeg_start_compress(&info, TRUE);
  while (info.next_scanline < info.image_height) {
    JSAMPROW row = (JSAMPROW)(rgb + (size_t)info.next_scanline * stride);
    jpeg_write_scanlines(&info, &row, 1);
  }
  jpeg_finish_compress(&info);
  jpeg_destroy_compress(&info);
  buffer = target;
  *out = buffer;
  *size = length;
  return CT_JPEG_OK;
}

void ct_jpeg_release(uint8_t *buffer) { free(buffer); }
