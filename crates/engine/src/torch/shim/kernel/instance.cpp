// One set of kernels. The build compiles this file once for each family of instructions, as CT_INSTANCE.
#include "vector.h"

#include "batch_norm.inc"
#include "normalize.inc"
#include "pool.inc"
#include "step.inc"

#define CT_TEXT(x) CT_TEXT_(x)
#define CT_TEXT_(x) #x

namespace ct {

extern const Kernels CT_INSTANCE;
const Kernels CT_INSTANCE = {
    CT_TEXT(CT_INSTANCE), normalize, moments,    affine, gradient_sums, gradient, pool_row, pool_gradient_row,
    square_sum,           adamw,     sgd,        average,
};

}  // namespace ct
