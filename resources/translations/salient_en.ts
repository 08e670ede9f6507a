<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="en" sourcelanguage="en">
<context>
    <name>findingText</name>
    <message numerus="yes">
        <source>%n calibration token(s) for %1 inputs: the Hessian says nothing of the remaining directions.</source>
        <translation>
            <numerusform>%n calibration token for %1 inputs: the Hessian says nothing of the remaining directions.</numerusform>
            <numerusform>%n calibration tokens for %1 inputs: the Hessian says nothing of the remaining directions.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n of %1 input channels were never active in calibration, channel %2 first: nothing is known of what their weights do. Text nearer to the model&apos;s use may wake them.</source>
        <translation>
            <numerusform>%n of %1 input channels was never active in calibration, channel %2: nothing is known of what its weights do. Text nearer to the model&apos;s use may wake it.</numerusform>
            <numerusform>%n of %1 input channels were never active in calibration, channel %2 first: nothing is known of what their weights do. Text nearer to the model&apos;s use may wake them.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>The error of %n weight(s) is no number, the first in row %1.</source>
        <translation>
            <numerusform>The error of %n weight is no number, in row %1.</numerusform>
            <numerusform>The error of %n weights is no number, the first in row %1.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n of %1 input channels are so large that their squares are beyond float32, channel %2 with |x| up to %3 first: no error of this layer can be measured, and no scale chosen by it.</source>
        <translation>
            <numerusform>%n of %1 input channels is so large that its square is beyond float32, channel %2 with |x| up to %3: no error of this layer can be measured, and no scale chosen by it.</numerusform>
            <numerusform>%n of %1 input channels are so large that their squares are beyond float32, channel %2 with |x| up to %3 first: no error of this layer can be measured, and no scale chosen by it.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n group(s) of weights need a scale that their stored type cannot hold; the largest weight, %1, is in row %2, channel %3.</source>
        <translation>
            <numerusform>%n group of weights needs a scale that their stored type cannot hold; the largest weight, %1, is in row %2, channel %3.</numerusform>
            <numerusform>%n groups of weights need a scale that their stored type cannot hold; the largest weight, %1, is in row %2, channel %3.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n weight(s) of %1 in the file are no numbers, the first in row %2, column %3. No setting helps: the file is damaged, or was written by a training that diverged.</source>
        <translation>
            <numerusform>%n weight of %1 in the file is no number, in row %2, column %3. No setting helps: the file is damaged, or was written by a training that diverged.</numerusform>
            <numerusform>%n weights of %1 in the file are no numbers, the first in row %2, column %3. No setting helps: the file is damaged, or was written by a training that diverged.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n input value(s) of %1 are no numbers, in %2 windows; the first in channel %3, window %4, token %5. The weights up to there are finite: the model itself goes beyond float32 on this text, before anything is quantized. No setting of a method helps; other text may.</source>
        <translation>
            <numerusform>%n input value of %1 is no number, in %2 window: channel %3, window %4, token %5. The weights up to there are finite: the model itself goes beyond float32 on this text, before anything is quantized. No setting of a method helps; other text may.</numerusform>
            <numerusform>%n input values of %1 are no numbers, in %2 windows; the first in channel %3, window %4, token %5. The weights up to there are finite: the model itself goes beyond float32 on this text, before anything is quantized. No setting of a method helps; other text may.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n layer(s) in 16 bits</source>
        <translation>
            <numerusform>%n layer in 16 bits</numerusform>
            <numerusform>%n layers in 16 bits</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>salient::CalibrationPanel</name>
    <message numerus="yes">
        <source>%n window(s), %1 of %2 tokens in the text.</source>
        <translation>
            <numerusform>%n window, %1 of %2 tokens in the text.</numerusform>
            <numerusform>%n windows, %1 of %2 tokens in the text.</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>salient::EvaluatePanel</name>
    <message numerus="yes">
        <source>Original: perplexity %1 on %2; protocol %3, %4 predictions in %n window(s) of %5 tokens, %6.</source>
        <translation>
            <numerusform>Original: perplexity %1 on %2; protocol %3, %4 predictions in %n window of %5 tokens, %6.</numerusform>
            <numerusform>Original: perplexity %1 on %2; protocol %3, %4 predictions in %n windows of %5 tokens, %6.</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>salient::JobsModel</name>
    <message numerus="yes">
        <source>%n warning(s): %1</source>
        <translation>
            <numerusform>%n warning: %1</numerusform>
            <numerusform>%n warnings: %1</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>salient::LessonsPanel</name>
    <message numerus="yes">
        <source>%n step(s)</source>
        <translation>
            <numerusform>%n step</numerusform>
            <numerusform>%n steps</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>salient::MainWindow</name>
    <message numerus="yes">
        <source>Calibration: %n window(s) of %1 tokens of %2, seed %3, %4</source>
        <translation>
            <numerusform>Calibration: %n window of %1 tokens of %2, seed %3, %4</numerusform>
            <numerusform>Calibration: %n windows of %1 tokens of %2, seed %3, %4</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n result(s). “Start anew” in the File menu begins without.</source>
        <translation>
            <numerusform>%n result. “Start anew” in the File menu begins without.</numerusform>
            <numerusform>%n results. “Start anew” in the File menu begins without.</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>salient::MetricsModel</name>
    <message numerus="yes">
        <source>protocol %1, %2 predictions in %n window(s) of %3 tokens, %4</source>
        <translation>
            <numerusform>protocol %1, %2 predictions in %n window of %3 tokens, %4</numerusform>
            <numerusform>protocol %1, %2 predictions in %n windows of %3 tokens, %4</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>salient::ModelMapView</name>
    <message numerus="yes">
        <source>%n layer(s)</source>
        <translation>
            <numerusform>%n layer</numerusform>
            <numerusform>%n layers</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>salient::OpenPage</name>
    <message numerus="yes">
        <source>%n result(s)</source>
        <translation>
            <numerusform>%n result</numerusform>
            <numerusform>%n results</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%1, %n file(s)</source>
        <translation>
            <numerusform>%1, %n file</numerusform>
            <numerusform>%1, %n files</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n head(s) of size %1</source>
        <translation>
            <numerusform>%n head of size %1</numerusform>
            <numerusform>%n heads of size %1</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%1 query heads, %n key/value head(s), of size %2</source>
        <translation>
            <numerusform>%1 query heads, %n key/value head, of size %2</numerusform>
            <numerusform>%1 query heads, %n key/value heads, of size %2</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n quantized layer(s) read: nothing that would make a loader fail or compute wrong numbers.</source>
        <translation>
            <numerusform>%n quantized layer read: nothing that would make a loader fail or compute wrong numbers.</numerusform>
            <numerusform>%n quantized layers read: nothing that would make a loader fail or compute wrong numbers.</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>salient::OverridePanel</name>
    <message numerus="yes">
        <source>%n layer(s) of “%1” …</source>
        <translation>
            <numerusform>%n layer of “%1” …</numerusform>
            <numerusform>%n layers of “%1” …</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n layer(s): %1 → %2 (%3).</source>
        <translation>
            <numerusform>%n layer: %1 → %2 (%3).</numerusform>
            <numerusform>%n layers: %1 → %2 (%3).</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%1: %2 — %3 (%n layer(s))</source>
        <translation>
            <numerusform>%1: %2 — %3 (%n layer)</numerusform>
            <numerusform>%1: %2 — %3 (%n layers)</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>the %n chosen layer(s):</source>
        <translation>
            <numerusform>the %n chosen layer:</numerusform>
            <numerusform>the %n chosen layers:</numerusform>
        </translation>
    </message>
</context>
</TS>
