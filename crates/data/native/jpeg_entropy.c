#include "jpeg_entropy.h"

#include <stdlib.h>
#include <string.h>

/* Bits that a table is indexed by; longer codes are rare and are searched. */
#define LOOK 9
/* Readable zeros behind a segment: more than one block can ask for. */
#define PAD 512

/* What to do with a code. Its parts are read from memory: shifts are what the decoding loop has too many of. */
struct entry {
  /* Of the code with its value; 0 where the code is longer than LOOK bits. */
  uint8_t bits;
  uint8_t code_bits;
  /* 64 less the bits of the value. */
  uint8_t value_shift;
  /* There is no value, or the code is longer than LOOK bits. */
  uint8_t special;
  /* What is added to the bits of a negative value. */
  uint16_t lacking;
  /* Places from the last coefficient to this one. */
  uint16_t places;
};

/* One table of codes. */
struct table {
  struct entry look[1 << LOOK];
  /* The first code, left-aligned in 16 bits, that is longer than n bits; and what turns a code of n bits into the place
     of its symbol. */
  uint32_t bound[17];
  int32_t offset[17];
  uint8_t bits[17];
  uint8_t symbols[256];
};

struct ct_entropy {
  struct table dc[NUM_HUFF_TBLS], ac[NUM_HUFF_TBLS];
  /* The current segment (all, or up to a restart marker) without its stuffed zeros. */
  uint8_t *bytes;
  size_t capacity;
  const uint8_t *limit;
  /* Where the segment ends in the file: at the marker's 0xff. */
  const uint8_t *raw, *raw_end;
  int marker;
  /* The next bytes to be taken in, and at the top of `buffer` as many valid bits as `count` says in its lowest six bits. */
  const uint8_t *next;
  uint64_t buffer, count;
  int32_t last_dc[MAX_COMPS_IN_SCAN];
  uint32_t column, columns, first_column, last_column, mcus_left;
  uint32_t restart_interval, restarts_to_go;
  int next_restart;
  int blocks_in_mcu;
  int component[D_MAX_BLOCKS_IN_MCU];
  const struct table *dc_of[D_MAX_BLOCKS_IN_MCU], *ac_of[D_MAX_BLOCKS_IN_MCU];
};

/* Places in a block by zigzag order. Sixteen more catch what runs over its end, which is found out after the block. */
static const uint8_t natural[64 + 16] = {
    0,  1,  8,  16, 9,  2,  3,  10, 17, 24, 32, 25, 18, 11, 4,  5,  12, 19, 26, 33, 40, 48, 41, 34, 27, 20, 13,
    6,  7,  14, 21, 28, 35, 42, 49, 56, 57, 50, 43, 36, 29, 22, 15, 23, 30, 37, 44, 51, 58, 59, 52, 45, 38, 31,
    39, 46, 53, 60, 61, 54, 47, 55, 62, 63, 63, 63, 63, 63, 63, 63, 63, 63, 63, 63, 63, 63, 63, 63, 63, 63};

struct ct_entropy *ct_entropy_new(void) {
  struct ct_entropy *entropy = calloc(1, sizeof(struct ct_entropy));
  int slot;
  if (!entropy) return NULL;
  /* No table of a file has these numbers, so the first ones are new. */
  for (slot = 0; slot < NUM_HUFF_TBLS; slot++) entropy->dc[slot].bits[0] = entropy->ac[slot].bits[0] = 1;
  return entropy;
}

void ct_entropy_free(struct ct_entropy *entropy) {
  if (!entropy) return;
  free(entropy->bytes);
  free(entropy);
}

static struct entry entry(uint32_t symbol, uint32_t length) {
  uint32_t size = symbol & 15;
  struct entry made = {(uint8_t)(length + size), (uint8_t)length,      (uint8_t)((64 - size) & 63),
                       size == 0,                (uint16_t)(1 - (1 << size)), (uint16_t)((symbol >> 4) + 1)};
  return made;
}

/* Derives a table that libjpeg has found valid; most often it is the last image's. */
static void derive(struct table *table, const JHUFF_TBL *source) {
  uint32_t code = 0, place = 0, length, i;
  if (table->bits[0] == 0 && !memcmp(table->bits + 1, source->bits + 1, 16) &&
      !memcmp(table->symbols, source->huffval, sizeof table->symbols))
    return;
  memcpy(table->bits, source->bits, sizeof table->bits);
  memcpy(table->symbols, source->huffval, sizeof table->symbols);
  table->bits[0] = 0;
  memset(table->look, 0, sizeof table->look);
  for (i = 0; i < 1 << LOOK; i++) table->look[i].special = 1;
  for (length = 1; length <= 16; length++) {
    table->offset[length] = (int32_t)place - (int32_t)code;
    for (i = 0; i < source->bits[length]; i++, place++, code++) {
      if (length <= LOOK) {
        struct entry *look = table->look + (code << (LOOK - length)), found = entry(source->huffval[place], length);
        uint32_t copies = 1u << (LOOK - length);
        while (copies--) *look++ = found;
      }
    }
    table->bound[length] = code << (16 - length);
    code <<= 1;
  }
}

/* Makes the entry for the code at the top of `buffer`, which is longer than LOOK bits. 0 where there is no such code. */
static int search(const struct table *table, uint64_t buffer, struct entry *found) {
  uint32_t top = (uint32_t)(buffer >> 48), length;
  for (length = LOOK + 1; length <= 16; length++)
    if (top < table->bound[length]) {
      *found = entry(table->symbols[(uint8_t)((int32_t)(top >> (16 - length)) + table->offset[length])], length);
      return 1;
    }
  return 0;
}

/* Takes in the file's bytes up to the next marker. */
static int load_segment(struct ct_entropy *entropy) {
  const uint8_t *from = entropy->raw, *end = entropy->raw_end;
  uint8_t *to = entropy->bytes;
  entropy->marker = 0;
  while (from < end) {
    const uint8_t *stop = memchr(from, 0xff, (size_t)(end - from));
    size_t length = (size_t)((stop ? stop : end) - from);
    memcpy(to, from, length);
    to += length;
    from += length;
    if (!stop || end - from < 2) break;
    if (from[1] != 0) {
      entropy->marker = from[1];
      break;
    }
    *to++ = 0xff;
    from += 2;
  }
  entropy->raw = from;
  memset(to, 0, PAD);
  entropy->limit = to;
  entropy->next = entropy->bytes;
  entropy->buffer = 0;
  entropy->count = 0;
  memset(entropy->last_dc, 0, sizeof entropy->last_dc);
  return entropy->marker != 0;
}

int ct_entropy_attach(struct ct_entropy *entropy, j_decompress_ptr info, const uint8_t *end, uint32_t first_column,
                      uint32_t last_column) {
  int block, component;
  if (info->progressive_mode || info->arith_code || jpeg_has_multiple_scans(info)) return 0;
  if (info->Ss != 0 || info->Se != DCTSIZE2 - 1 || info->Ah != 0 || info->Al != 0) return 0;
  if (info->unread_marker != 0 || info->comps_in_scan != info->num_components) return 0;
  for (component = 0; component < info->comps_in_scan; component++) {
    const jpeg_component_info *each = info->cur_comp_info[component];
    if (!each->component_needed) return 0;
    derive(&entropy->dc[each->dc_tbl_no], info->dc_huff_tbl_ptrs[each->dc_tbl_no]);
    derive(&entropy->ac[each->ac_tbl_no], info->ac_huff_tbl_ptrs[each->ac_tbl_no]);
  }
  entropy->blocks_in_mcu = info->blocks_in_MCU;
  for (block = 0; block < info->blocks_in_MCU; block++) {
    component = info->MCU_membership[block];
    entropy->component[block] = component;
    entropy->dc_of[block] = &entropy->dc[info->cur_comp_info[component]->dc_tbl_no];
    entropy->ac_of[block] = &entropy->ac[info->cur_comp_info[component]->ac_tbl_no];
  }
  entropy->raw = info->src->next_input_byte;
  entropy->raw_end = end;
  if ((size_t)(end - entropy->raw) + PAD > entropy->capacity) {
    size_t capacity = (size_t)(end - entropy->raw) + PAD;
    uint8_t *bytes = realloc(entropy->bytes, capacity);
    if (!bytes) return 0;
    entropy->bytes = bytes;
    entropy->capacity = capacity;
  }
  entropy->column = 0;
  entropy->columns = info->MCUs_per_row;
  entropy->first_column = first_column;
  entropy->last_column = last_column;
  entropy->mcus_left = info->MCUs_per_row * info->MCU_rows_in_scan;
  entropy->restart_interval = entropy->restarts_to_go = info->restart_interval;
  entropy->next_restart = 0;
  return load_segment(entropy);
}

#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
#define FROM_BIG_ENDIAN(word) (word)
#else
#define FROM_BIG_ENDIAN(word) __builtin_bswap64(word)
#endif

/* Fills the buffer to 56 bits or more. */
#define REFILL()                                                                                                        \
  do {                                                                                                                  \
    uint64_t word;                                                                                                      \
    memcpy(&word, next, 8);                                                                                             \
    buffer |= FROM_BIG_ENDIAN(word) >> (count & 63);                                                                    \
    next += (~count & 63) >> 3;                                                                                         \
    count |= 56;                                                                                                        \
  } while (0)

#define CONSUME(found)                                                                                                  \
  do {                                                                                                                  \
    buffer <<= (found)->bits & 63;                                                                                      \
    count -= (found)->bits;                                                                                             \
  } while (0)

/* The lowest 16 bits of the value that follows a code with a value. */
static inline uint16_t value_of(uint64_t buffer, const struct entry *found) {
  uint64_t bits = buffer << (found->code_bits & 63);
  uint64_t negative = ~(uint64_t)((int64_t)bits >> 63);
  return (uint16_t)((bits >> (found->value_shift & 63)) + (negative & found->lacking));
}

/* One coefficient other than the first. A code of more than LOOK bits needs a refill of its own. */
#define COEFFICIENT                                                                                                     \
  {                                                                                                                     \
    const struct entry *found = &ac->look[buffer >> (64 - LOOK)];                                                       \
    if (__builtin_expect(found->special, 0)) {                                                                          \
      if (found->bits == 0) {                                                                                           \
        REFILL();                                                                                                       \
        if (!search(ac, buffer, &rare)) return 0;                                                                       \
        found = &rare;                                                                                                  \
      }                                                                                                                 \
      if (found->special) {                                                                                             \
        CONSUME(found);                                                                                                 \
        if (found->places != 16) break;                                                                                 \
        k += 16;                                                                                                        \
        continue;                                                                                                       \
      }                                                                                                                 \
    }                                                                                                                   \
    k += found->places;                                                                                                 \
    if (store) (*block)[natural[k - 1]] = (JCOEF)value_of(buffer, found);                                               \
    CONSUME(found);                                                                                                     \
  }

static inline __attribute__((always_inline)) int decode_mcu(struct ct_entropy *entropy, JBLOCKROW *blocks, int store) {
  const uint8_t *next = entropy->next;
  uint64_t buffer = entropy->buffer, count = entropy->count;
  int number;
  for (number = 0; number < entropy->blocks_in_mcu; number++) {
    const struct table *dc = entropy->dc_of[number], *ac = entropy->ac_of[number];
    JBLOCKROW block = store ? blocks[number] : NULL;
    int32_t *last = &entropy->last_dc[entropy->component[number]];
    const struct entry *found;
    struct entry rare;
    uint64_t k = 1;
    REFILL();
    found = &dc->look[buffer >> (64 - LOOK)];
    if (found->bits == 0) {
      if (!search(dc, buffer, &rare)) return 0;
      found = &rare;
    }
    if (!found->special) *last = (int32_t)((uint32_t)*last + (uint32_t)(int16_t)value_of(buffer, found));
    CONSUME(found);
    if (store) (*block)[0] = (JCOEF)*last;
    while (k < DCTSIZE2) {
      REFILL();
      COEFFICIENT
      if (k >= DCTSIZE2) break;
      COEFFICIENT
    }
    /* Zeros or values beyond the block's end, or a block beyond the segment's. */
    if (k > DCTSIZE2 || next > entropy->limit + 8) return 0;
  }
  /* More bits were used than there are. */
  if ((next - entropy->bytes) * 8 - (int64_t)(count & 63) > (entropy->limit - entropy->bytes) * 8) return 0;
  entropy->next = next;
  entropy->buffer = buffer;
  entropy->count = count & 63;
  return 1;
}

static int decode_any(struct ct_entropy *entropy, JBLOCKROW *blocks) { return decode_mcu(entropy, blocks, 1); }
static int pass_any(struct ct_entropy *entropy) { return decode_mcu(entropy, NULL, 0); }

#if defined(__x86_64__) && defined(__GNUC__)
/* Shifts by a variable are three operations without BMI2. */
#define BMI __attribute__((target("bmi,bmi2")))
BMI static int decode_bmi(struct ct_entropy *entropy, JBLOCKROW *blocks) { return decode_mcu(entropy, blocks, 1); }
BMI static int pass_bmi(struct ct_entropy *entropy) { return decode_mcu(entropy, NULL, 0); }
#endif

static int decode_or_pass(struct ct_entropy *entropy, JBLOCKROW *blocks) {
#ifdef BMI
  if (__builtin_cpu_supports("bmi2")) return blocks ? decode_bmi(entropy, blocks) : pass_bmi(entropy);
#endif
  return blocks ? decode_any(entropy, blocks) : pass_any(entropy);
}

int ct_entropy_decode(struct ct_entropy *entropy, j_decompress_ptr info, JBLOCKROW *blocks) {
  int wanted;
  if (entropy->restart_interval) {
    if (entropy->restarts_to_go == 0) {
      if (entropy->marker != 0xd0 + entropy->next_restart) return 0;
      entropy->raw += 2;
      entropy->next_restart = (entropy->next_restart + 1) & 7;
      entropy->restarts_to_go = entropy->restart_interval;
      if (!load_segment(entropy)) return 0;
    }
    entropy->restarts_to_go--;
  }
  wanted = entropy->column >= entropy->first_column && entropy->column <= entropy->last_column;
  if (++entropy->column == entropy->columns) entropy->column = 0;
  if (!decode_or_pass(entropy, wanted ? blocks : NULL)) return 0;
  if (--entropy->mcus_left == 0) {
    /* libjpeg goes on at the marker behind the scan. */
    info->src->bytes_in_buffer -= (size_t)(entropy->raw - info->src->next_input_byte);
    info->src->next_input_byte = entropy->raw;
  }
  return 1;
}
