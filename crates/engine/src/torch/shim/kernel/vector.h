// Sixteen floats at a time, by the compiler's vector types: one source for AVX-512, AVX2, SSE2 and NEON.
#pragma once

#include "kernel.h"

#ifdef __AVX512F__
#include <immintrin.h>
#endif

namespace {

typedef float V __attribute__((vector_size(64)));
typedef uint32_t U __attribute__((vector_size(64)));
typedef int32_t I __attribute__((vector_size(64)));
typedef uint16_t H __attribute__((vector_size(32)));
typedef uint8_t B __attribute__((vector_size(16)));

static_assert(sizeof(V) / sizeof(float) == ct::kLanes);

// One instruction each where the compiler would take four.
#ifdef __AVX512F__
inline U widen(H h) { return (U)_mm512_cvtepu16_epi32((__m256i)h); }
inline H narrow(U u) { return (H)_mm512_cvtepi32_epi16((__m512i)u); }
#else
inline U widen(H h) { return __builtin_convertvector(h, U); }
inline H narrow(U u) { return __builtin_convertvector(u, H); }
#endif

inline V load(const float* p) {
  V v;
  __builtin_memcpy(&v, p, sizeof v);
  return v;
}

inline V load(const uint16_t* p) {
  H h;
  __builtin_memcpy(&h, p, sizeof h);
  return (V)(widen(h) << 16);
}

inline void store(float* p, V v) { __builtin_memcpy(p, &v, sizeof v); }

// The bits of bf16: to the nearest, ties to even, as libtorch rounds; a NaN stays one.
inline U bfloat16_bits(V v) {
  U bits = (U)v;
  U rounded = (bits + 0x7fff + ((bits >> 16) & 1)) >> 16;
  U nan = (U)(v != v);
  return (rounded & ~nan) | (nan & 0x7fc0);
}

inline void store(uint16_t* p, V v) {
  H h = narrow(bfloat16_bits(v));
  __builtin_memcpy(p, &h, sizeof h);
}

// The same by the CPU's own conversion where it has one, which takes denormal numbers for zero.
#ifdef __AVX512BF16__
inline U rounded(V v) { return widen((H)_mm512_cvtneps_pbh((__m512)v)); }
inline void store_near(uint16_t* p, V v) {
  H h = (H)_mm512_cvtneps_pbh((__m512)v);
  __builtin_memcpy(p, &h, sizeof h);
}
#else
inline U rounded(V v) { return bfloat16_bits(v); }
inline void store_near(uint16_t* p, V v) { store(p, v); }
#endif
inline void store_near(float* p, V v) { store(p, v); }

inline V root(V v) {
#ifdef __AVX512F__
  return (V)_mm512_sqrt_ps((__m512)v);
#else
  for (int i = 0; i < 16; ++i) v[i] = __builtin_sqrtf(v[i]);
  return v;
#endif
}

inline V splat(float x) { return V{} + x; }

// mask ? a : b, for masks of all ones or zeros.
inline V select(I mask, V a, V b) { return (V)((mask & (I)a) | (~mask & (I)b)); }

inline float as_float(float x) { return x; }

inline float as_float(uint16_t x) { return __builtin_bit_cast(float, (uint32_t)x << 16); }

inline uint16_t as_bfloat16(float x) {
  uint32_t bits = __builtin_bit_cast(uint32_t, x);
  return x != x ? 0x7fc0 : (uint16_t)((bits + 0x7fff + ((bits >> 16) & 1)) >> 16);
}

}  // namespace
