// One set of kernels. The build compiles this file once for each family of instructions, as CT_INSTANCE.
#include "vector.h"

#include "batch_norm.inc"
#include "normalize.inc"
#include "pool.inc"
#include "step.inc"

// In this order: each stands on the one before.
#include "products.inc"
#include "winograd_schemes.inc"
#include "winograd.inc"
#include "image_conv.inc"

#define CT_TEXT(x) CT_TEXT_(x)
#define CT_TEXT_(x) #x

#ifdef __AVX512BF16__
#define CT_BFLOAT16_PRODUCTS true
#else
#define CT_BFLOAT16_PRODUCTS false
#endif

namespace ct {

extern const Kernels CT_INSTANCE;
const Kernels CT_INSTANCE = {
    CT_TEXT(CT_INSTANCE),
    CT_BFLOAT16_PRODUCTS,
    normalize,
    moments,
    affine,
    gradient_sums,
    gradient,
    pool_row,
    pool_gradient_row,
    winograd,
    image_conv,
    square_sum,
    adamw,
    sgd,
    average,
};

}  // namespace ct
