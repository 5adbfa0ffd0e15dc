// One set of kernels. The build compiles this file once for each family of instructions, as CT_INSTANCE.
#include "vector.h"

#include "batch_norm.inc"
#include "normalize.inc"
#include "pool.inc"
#include "step.inc"
#include "winograd.inc"

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
    winograd_input,
    winograd_weights,
    winograd_products,
    winograd_weight_gradient,
    square_sum,
    adamw,
    sgd,
    average,
};

}  // namespace ct
