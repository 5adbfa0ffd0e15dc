import { confusionMatrix } from './confusion-matrix.ts'
import { datasetStatistics } from './dataset-statistics.ts'
import type { CallbackDefinition } from './define.ts'
import { deviceStatsMonitor } from './device-stats-monitor.ts'
import { earlyStopping } from './early-stopping.ts'
import { ema } from './ema.ts'
import { gradCam } from './grad-cam.ts'
import { learningRateMonitor } from './learning-rate-monitor.ts'
import { modelCheckpoint } from './model-checkpoint.ts'
import { modelInfo } from './model-info.ts'
import { modelSummary } from './model-summary.ts'
import { onnxExport } from './onnx-export.ts'
import { predictionGallery } from './prediction-gallery.ts'
import { progressBar } from './progress-bar.ts'
import { runReport } from './run-report.ts'
import { sampleVisualization } from './sample-visualization.ts'
import { samplerDistribution } from './sampler-distribution.ts'
import { throughputMonitor } from './throughput-monitor.ts'
import { timer } from './timer.ts'
import { trainingHistory } from './training-history.ts'

/** Every callback that a configuration may name. */
export const callbackDefinitions: readonly CallbackDefinition[] = [
  confusionMatrix,
  datasetStatistics,
  deviceStatsMonitor,
  earlyStopping,
  ema,
  gradCam,
  learningRateMonitor,
  modelCheckpoint,
  modelInfo,
  modelSummary,
  onnxExport,
  predictionGallery,
  progressBar,
  runReport,
  sampleVisualization,
  samplerDistribution,
  throughputMonitor,
  timer,
  trainingHistory,
]
