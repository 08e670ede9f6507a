<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="de" sourcelanguage="en">
<context>
    <name>fileChooser</name>
    <message>
        <source>GGUF models (*.gguf)</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>main</name>
    <message>
        <source>A workbench for post-training quantization of language models.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>A model&apos;s folder or a recipe; the bundled demo when left out.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Text to calibrate on.</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>mapMetrics</name>
    <message>
        <source>Relative output error: %1</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>KL when quantized alone: %1</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>nats</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Outlier ratio: largest channel over median channel</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Largest |x|</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Mean |x|</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Bits per weight: %1</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Codes at the ends of the grid: %1</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Number of weights</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>methodText</name>
    <message>
        <source>%1 bits per tensor</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>%1 bits per row</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>%1 bits, groups of %2</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>symmetric</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>asymmetric</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>int8 inputs per token</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>int8 inputs per tensor</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>numberText</name>
    <message>
        <source>%1 k</source>
        <comment>thousand</comment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>%1 M</source>
        <comment>million</comment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>%1 B</source>
        <comment>billion, 10^9</comment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>%1 T</source>
        <comment>trillion, 10^12</comment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>%1 ms</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>%1 s</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>%1 min %2 s</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>%1 h %2 min</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>salient::AwqExampleView</name>
    <message>
        <source>Published</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Input X: tokens down, channels across</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Choose a channel: click, or the arrow keys</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Here</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Largest |x|</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Over all tokens, in the units of the input</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Mean |x|</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Scale s</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The weight column is multiplied by s, the input divided by it (no unit)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Error before scaling</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Mean |x| times mean |w − ŵ| of the channel&apos;s column: what it adds to an output</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Error after scaling</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Output error of the whole layer: %1 before, %2 after (ratio %3).</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Channel %1</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>salient::CalibrationPanel</name>
    <message>
        <source>Calibrate</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>A .txt or .jsonl file</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Plain text, or JSON lines with a &quot;text&quot; field</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>How many windows of text to run. More give steadier statistics; 128 is the published choice</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Tokens per window, at most what the model can read</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source> tokens</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Of the choice of windows: the same seed gives the same windows on every machine</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>float32</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>bfloat16 (faster)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Precision of the large products of the forward pass; sums are float32 either way</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Choose…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Choose the calibration text</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Calibration text</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Windows</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Window length</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Seed</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Precision</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Run the windows through the model and gather statistics of every layer&apos;s input</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Chosen windows</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Text of the chosen window</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Choose a window above to read it whole.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>calibration text</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>number of windows</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>window length</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>seed</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>precision</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Calibrating…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Calibrate again</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Choose a text that resembles what the model will read.</source>
        <translation type="unfinished"></translation>
    </message>
    <message numerus="yes">
        <source>%n window(s), %1 of %2 tokens in the text.</source>
        <translation type="unfinished">
            <numerusform></numerusform>
            <numerusform></numerusform>
        </translation>
    </message>
    <message>
        <source>The text holds fewer windows than the %1 asked for.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Not calibrated yet.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Calibrated on %1 tokens in %2. Next: look at the channels, or quantize.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Calibrated with other settings. Calibrate again to use these.</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>salient::ChannelTableModel</name>
    <message>
        <source>salient</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>–</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Channel</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Min x</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Max x</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Max |x|</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Mean |x|</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>%1 % |x|</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Max |w|</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Salient</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Input channel: a column of the weight, counted from 0</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Smallest activation over all calibration tokens (no unit)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Largest activation over all calibration tokens (no unit)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Largest magnitude of an activation over all calibration tokens (no unit)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Mean magnitude of the activations: what AWQ takes its scales from (no unit)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>%1 % of this channel&apos;s activations have a smaller magnitude (no unit; exact to half an octave)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Largest magnitude in this column of the weights that read the channel (no unit)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Whether the channel is among those with the largest mean magnitude</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>salient::ChannelsPanel</name>
    <message>
        <source>&amp;Logarithmic</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Channels</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Origin of the largest activation</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Calibrate a model and choose a layer to see its channels.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Index</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Mean |x|, largest first</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Max |x|, largest first</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Max |w|, largest first</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Order of the channels in both charts</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Logarithmic axis for magnitudes (no unit)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source> %</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Percentile of |x| shown beside maximum and mean, in percent of the calibration tokens</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Share of channels counted as salient, in percent: those with the largest mean |x| (AWQ: about 1 %)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Salient share</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Order</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Percentile</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Salient share</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>%1: %2 of %3 channels salient, with %4 % of the mean activation magnitude, over %5 tokens.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>input channel</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>rank of the input channel</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Activations</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Weights</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>magnitude |x|</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>activation x</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>largest |w|</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>max |x|</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>mean |x|</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>%1 %</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>min … max</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>salient</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>channel</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>max |w|</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>channel %1</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>tokens</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Histogram</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Choose a channel in a chart or in the table.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Histogram of channel %1</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>mean %1</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>salient::Chart</name>
    <message>
        <source>Nothing to show yet</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Chart</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Wheel or + and −: zoom. Drag: move. 0 or double click: show all.
Left and Right: next point. Click or Return: choose it.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Copy data</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Copy picture</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Save as figure…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Show all</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>salient::ChooserView</name>
    <message>
        <source>No row of the table fits all of this. Ease one of the answers.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Whatever</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>What fits</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>salient::ColourBar</name>
    <message>
        <source>Colour legend</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>from %1 to %2</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Colours from %1 to %2. Values beyond an end have the colour of that end; magenta is not a number.</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>salient::CommandPalette</name>
    <message>
        <source>Command palette</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>What do you want to do? A command, a view, a layer …</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Search commands</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Matching commands</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>salient::ComparePanel</name>
    <message>
        <source>Measure perplexity</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Export the chosen one…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Methods and layers</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Error maps</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Diagnosis</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Methods and their metrics</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Run the evaluation text through the original and every run that has no figure yet</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Copy table</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Put the table on the clipboard as comma-separated values, with every digit</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Write the method chosen in the table as a checkpoint that other programs load</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>How perplexity was measured</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Choose a method to see its layers before (plain rounding on the same grid) and after.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>layer, in order of computation</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>error, %</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>layer</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Relative output error of every layer, %</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Quantize to see the error of every layer.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Layer %1: %2. Click to look at it.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Perplexity: %1</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>nearest rounding, same grid</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>%1: every layer before and after. Choose “Original” to see all methods.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>All methods, layer by layer. Choose one in the table to see it before and after.</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>salient::DiagnosisPanel</name>
    <message>
        <source>Outlier channels</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Lone large weights</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Saturated codes</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Dead channels</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Unmeasured directions</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Rounded inputs</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Result to diagnose</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Whose error in the chosen layer is explained</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Worst layer</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Go to the layer with the largest relative output error of this result</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>What is diagnosed</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Looking …</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>%1 — %2: output error %3</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Nothing stands out in this layer: its error is spread over channels, rows and groups as rounding spreads it. More bits or smaller groups lower it evenly.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Its largest value came in window %1, token %2.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Show channel %1</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Choose this channel in every view, with the text around its largest value on the Channels page</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Try it: %1</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Add a run with this one change to the recipe, and run it beside the others</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>salient::ErrorMapsPanel</name>
    <message>
        <source>Weight error, ŵ − w</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Contribution to the output error</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Weight error: how far each weight moved. Contribution to the output error: D ∘ (D H), what each weight adds to tr(D H Dᵀ); a negative one makes up for others</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>What the maps show</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>side by side</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>swipe</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>blink</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Swipe: the first two maps in one picture, left and right of a divider that [ and ] move. Blink: the two in turn, in place</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Arrangement of the maps</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Show how the others differ from this one, cell by cell; zero is where they agree</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Baseline</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Methods shown</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Up to four methods side by side</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Show</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>output row</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>input channel</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>per input channel</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>per output row</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>What each input channel, or each output row, adds to the relative output error, in percent</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Axis of the profile</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Output error per channel or row</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Where the output error comes from</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>no baseline</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Δ to %1</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>%1 − %2: output error %3 instead of %4</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>%1 — output error %2 (weights %3)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>%1 — output error %2</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>D ∘ (D H)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>ŵ − w</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>error less the baseline&apos;s, %</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>error, %</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>salient::EvaluatePanel</name>
    <message>
        <source>BOS windows</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>second half</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>stream</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>best for its bits</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Measure perplexity and KL</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Measure layer by layer</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Other settings for this layer…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>A .txt or .jsonl file, not the calibration text</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Evaluation text</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The text that is scored</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Choose…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Protocol</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Stream: the text as one stream of tokens, cut into windows; a window&apos;s first token is not scored (the published protocol). BOS windows: each window starts with BOS and all its tokens are scored. Second half: windows as llama.cpp cuts them, the second half of each scored</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source> tokens</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Window length</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Tokens per window</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>whole text</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source> windows</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Evaluation windows</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>How much of the text is scored; 0: all of it. Compare figures of equal windows only</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Run the text through the original and every result that has no figure yet</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Protocol of the figures</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Text</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>evaluation text</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>evaluation protocol</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>evaluation window length</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>evaluation windows</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>perplexity</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>KL divergence from the original</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>relative output error</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Quality</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>What is shown against the bits; less is better</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Bits against quality</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Quantize, then measure, to see what each method makes of its bits.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Quality:</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Result</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Whose layers are shown</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Quantize one layer at a time and run the evaluation text each time: half a pass per layer. What is done stays when cancelled</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Go to the model map, where layers get other bits or stay in 16 bits</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Copy table</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Put the table on the clipboard as comma-separated values, with every digit</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>layer, in order of computation</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>KL, nats</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>layer</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>What each layer costs when it alone is quantized</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Measure layer by layer to see what each one costs.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Sensitivity of every layer</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Layers and what they cost</source>
        <translation type="unfinished"></translation>
    </message>
    <message numerus="yes">
        <source>Original: perplexity %1 on %2; protocol %3, %4 predictions in %n window(s) of %5 tokens, %6.</source>
        <translation type="unfinished">
            <numerusform></numerusform>
            <numerusform></numerusform>
        </translation>
    </message>
    <message>
        <source>float32</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>bfloat16</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Nothing has been measured by this protocol yet.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>bits per weight, scales included</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>relative output error, %</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>mean KL, nats</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>KL when this layer alone is quantized</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>What each layer alone costs is not measured yet.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>%1 of %2 layers measured.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>All layers measured. The table is sorted by what they cost.</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>salient::ExportPanel</name>
    <message>
        <source>GPTQ</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>qweight, qzeros, scales, g_idx: AutoGPTQ, GPTQModel, vLLM, Transformers</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>AWQ</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>GEMM packing of AutoAWQ: vLLM, Transformers</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>compressed-tensors</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>W4A16 packed or W8A8 int8: vLLM, Transformers</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>GGUF</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>One file with tokenizer: llama.cpp and what is built on it</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Dequantized safetensors</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The rounded weights as 16-bit floats: loads everywhere, saves no space</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Q4_0, Q4_1 or Q8_0: the codes as they are</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Q8_0: dequantized, rounded to 8 bits</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Q4_K_M: the weights, rounded to 4.5 bits, some to 6.6</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Q4_K: the weights, rounded to 4.5 bits</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Q6_K: the weights, rounded to 6.6 bits</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>F16: dequantized</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>BF16: dequantized</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Obstacles and remarks</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Export and verify</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Open folder</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Findings of the verification</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Write report</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Checkpoint</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The result to write</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>What other programs will load</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Type of the layers</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>What quantized layers become in the file: llama.cpp&apos;s blocks of 32 hold some grids code by code</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>A folder that does not exist yet, or is empty</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Written under a temporary name beside it and renamed once complete: a cancelled export leaves nothing</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Choose…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Run</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Format</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Layers</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Folder</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Size</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Write the checkpoint, then read it back with code of its own and compare every weight</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Report</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Folder for report.html, report.pdf and report.json</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Report folder</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>All results so far with tables and plots, as one page, as PDF and as JSON</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Tables, plots, settings and calibration of all results so far.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Nothing stands in the way of this export.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>about %1</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Written and verified: %1 of %2 quantized layers read back bit for bit as meant.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Written, but verification failed: %1 of %2 quantized layers are as meant.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>What quantization did: the layer that moved furthest differs from the original by %1 of its norm</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Written: %1</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Quantize first: there is nothing to write yet.</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>salient::GptqExampleView</name>
    <message>
        <source>GPTQ, column by column</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>W, with all updates so far</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Ŵ, what is rounded already</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Error W − Ŵ</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Update about to be subtracted</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>To the start</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Home</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Back one column</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Left</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>On by one column</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Right</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>To the end</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>End</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>%1 (%2)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>All %1 columns are done</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Column %1 is next: %2 of %3 done</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Nothing is left to update.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Row %1, column %2:</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Loss so far %1. At the end: GPTQ %2, rounding alone %3 (output error ½ tr(D H Dᵀ), in squared output units).</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>salient::HeatmapView</name>
    <message>
        <source>row</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>column</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Nothing to show yet</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Heatmap</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Wheel or + and −: zoom. Drag or arrows: move. 0 or double click: show all.
Ctrl+arrows: crosshair. Click or Return: choose a cell. Ctrl+C: copy the value.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Copy value</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Copy picture</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Save as figure…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Show all</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>salient::HelpPanel</name>
    <message>
        <source>Help</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>salient::JobRunner</name>
    <message>
        <source>There is not enough memory for this job.</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>salient::JobStatus</name>
    <message>
        <source>Progress of the running job</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Stop this job; nothing half done is kept</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>paused</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>%1 left</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>salient::JobsModel</name>
    <message>
        <source>Waiting</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Running</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Paused</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Done</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Cancelled</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Failed</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>%1, %2 left</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Job</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>State</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Progress</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Time</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>What</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>salient::JobsPanel</name>
    <message>
        <source>Jobs</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Stop the chosen job at its next checkpoint; nothing half done is kept</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Cancel all</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Stop the running job and take back those that wait; what is done is kept</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Pause</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Let the running job wait where it is; nothing is lost</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Clear finished</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Remove finished jobs from this list</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Resume</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>salient::LayerWorkflow</name>
    <message>
        <source>Channels of %1</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>%1, first %2 rows</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Solve %1</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Diagnose %1</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Compare settings</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Prepare %1</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Exact error</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Exact loss curve</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Errors of %1</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Window %1, token %2: %3</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>salient::LessonDesk</name>
    <message>
        <source>Help</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Open a folder of lessons</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>No lessons</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>%1 holds no lesson: expected files that end in .md.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Not followed</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Lessons and help lead nowhere outside this window. The address is: %1</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>salient::LessonPanel</name>
    <message>
        <source>&amp;Back</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Next</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Start again</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;All lessons</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Back to the list of lessons</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The step before (Left, Page Up)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The next step (Right, Page Down)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Forget all answers and begin at the first step</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Step %1 of %2</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>salient::LessonText</name>
    <message>
        <source>[picture: %1]</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>not shown</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>salient::LessonsPanel</name>
    <message>
        <source>read to the end</source>
        <translation type="unfinished"></translation>
    </message>
    <message numerus="yes">
        <source>%n step(s)</source>
        <translation type="unfinished">
            <numerusform></numerusform>
            <numerusform></numerusform>
        </translation>
    </message>
    <message>
        <source>step %1 of %2</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Lessons</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Begin</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Open the chosen lesson (Return)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Open a fol&amp;der of lessons…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Markdown files of your own; how to write one stands in the README beside the bundled lessons</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>%1 cannot be read</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>salient::MainWindow</name>
    <message>
        <source>Jobs</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Salient</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>A model to work on. Only headers are read: it opens at once, however large it is.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Text that is run through the model, to learn what each layer&apos;s inputs look like.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Every linear layer of the model, coloured by the number of your choice. Return or a double click looks closer.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>What each input channel of the layer did over the calibration text, beside the weights that read it.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>GPTQ column by column, forwards and backwards, as the solver that ships does it.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>How much of the difficulty moves between activations and weights, and what it costs.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The methods to run and compare. Everything here is the recipe: it can be saved, undone and run elsewhere.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>What each method did to the same model, measured on the same text.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>How good each result is as a model, and which layers that hangs on. Every figure carries its protocol.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>A checkpoint that other programs load, and a report of everything measured.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Small worked examples, with every number computed by this program. F5: large type, for a projector.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Demo model</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>It is not installed beside this program.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>calibration text</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>%1 — Salient</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>No model is open yet. Start with the demo, or with a model of your own.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Open a model</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Calibrate first: this view shows what happened when text ran through the model.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Calibrate</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>There is no result yet. Choose methods and quantize the model with them.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Quantize</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Calibrate first.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>A job is running.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Recipe (*.json)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;File</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Open model folder…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Open the &amp;demo model</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Open &amp;recent</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Nothing yet</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Open rec&amp;ipe…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Save recipe…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Copy as command</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Quit</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Edit</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Undo</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Redo</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;View</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Command palette…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Jobs</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Projector mode</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Large type and full screen, for all views</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Dismiss the &amp;message</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Theme</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>As the &amp;desktop</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Light</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Dar&amp;k</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Lan&amp;guage</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Language</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The new language shows when Salient is started again.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>As the &amp;system</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Help</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Help on this view</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Lessons</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Open a &amp;folder of lessons…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;About Salient</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Salient %1</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>A workbench for post-training quantization of language models. Free software under the GNU General Public License, version 3 or later. Qt %1.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Open a model folder</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Open a recipe</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Save recipe</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Save the recipe</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Recipe saved</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>%1 — run it with: %2</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>No command line says all of this: save the recipe that one can run</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Copied</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Save as figure</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Figure saved</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Salient %1; %2</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Model: %1</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Layer: %1</source>
        <translation type="unfinished"></translation>
    </message>
    <message numerus="yes">
        <source>Calibration: %n window(s) of %1 tokens of %2, seed %3, %4</source>
        <translation type="unfinished">
            <numerusform></numerusform>
            <numerusform></numerusform>
        </translation>
    </message>
    <message>
        <source>float32</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>bfloat16</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Result</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Layer</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Open sessio&amp;n…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>A folder that a session was saved to</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Save session &amp;as…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>S&amp;tart anew</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Opens the model without the results of earlier sittings</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>A part of the session could not be read</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Session restored</source>
        <translation type="unfinished"></translation>
    </message>
    <message numerus="yes">
        <source>%n result(s). “Start anew” in the File menu begins without.</source>
        <translation type="unfinished">
            <numerusform></numerusform>
            <numerusform></numerusform>
        </translation>
    </message>
    <message>
        <source>Save the session to a new folder</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Session (*.salient)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Open a session (a folder *.salient)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Text (*.txt *.jsonl *.json);;All files (*)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Choose the calibration text</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>AWQ ratio %1</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>SmoothQuant α %1</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>apply tuned value</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Added to the recipe</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>“%1”, for all layers. Quantize runs it beside the others.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>evaluation text</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>evaluation windows</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Choose the evaluation text</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>trial of %1</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Choose where the new folder goes</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Choose a folder for the report</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>salient::MessageArea</name>
    <message>
        <source>Message</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Copy the message</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Dismiss (Esc)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Dismiss</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>salient::MethodForm</name>
    <message>
        <source>bits</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>group size</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>symmetry</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>range search</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>activations</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>damping</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>block size</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>act-order</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>static groups</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>group parameters</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>AWQ ratio</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>AWQ grid</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>AWQ duo form</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>AWQ clip search</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>α</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>true sequential</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>feed</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>layers kept</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Method</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>What is done to the weights before rounding, and how codes are chosen</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Bits</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Bits per weight code, 2 to 8</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>%1 columns</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>whole row</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Group size</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Consecutive input columns that share scale and zero point. Smaller groups: less error, more bytes</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>asymmetric</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>symmetric</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Zero point</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Asymmetric: each group has its own zero point. Symmetric: it is fixed in the middle</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Search the range</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Shrink each group&apos;s range to the one with the least rounding error, |w − ŵ|^2.4</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>int8, one scale per token</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>int8, one scale per tensor</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Inputs</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>How the layers&apos; inputs are rounded: per token while running, or by one scale fixed in calibration</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>GPTQ</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Damping</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Added to the Hessian&apos;s diagonal, as a fraction of its mean. Raised tenfold, and told, where it does not suffice</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source> columns</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Block size</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Columns between two lazy batches of updates; affects speed, and where groups take their grid</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>fresh</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>as published</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Group parameters</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Fresh: a group&apos;s grid from fully updated columns. As published: without the updates pending inside the block</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Act-order</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Process columns by decreasing activation, so that important ones are rounded first</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Static groups</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Grids from the weights before any update, by original column; loaders then need no permutation</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>AWQ</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>searched per group</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>fixed</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>no scaling</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Ratio</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The exponent on mean |x| that makes the channel scales</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Fixed ratio</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>0: no scaling; 1: scales in proportion to mean |x|</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Search points</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>How many ratios are tried: 0, 1/n, … (n−1)/n</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Duo scaling</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Scales from weight and activation means, AutoAWQ&apos;s form</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Clip search</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Shrink each group&apos;s range to the one with the least output error</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>SmoothQuant</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Choice of α</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>One α for all layers, or the one with the least error for each input group</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>How much of the difficulty moves from activations (0) to weights (1)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Walk over the model</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>original block</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>quantized block</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Next block sees</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Outputs of the original block, as in AWQ&apos;s code, or of the quantized one, as in GPTQ&apos;s</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>True sequential</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Later layers of a block see the earlier ones quantized: q, k, v, then o, then gate, up, then down</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>e.g. down_proj$; layers\.0\.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Keep in 16 bits</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Regular expressions of layer names that are not quantized, separated by semicolons</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>method</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>salient::MethodTableView</name>
    <message>
        <source>open a model</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>evaluate</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>quantize with it</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Yours:
samples</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Yours:
bits/weight</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Yours:
time</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Yours:
output error</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Yours:
perplexity</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Published figures of the methods beside those of your model</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>“Yours” fills in as you quantize and evaluate a model of your own, or the demo.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>“Yours” is what this session measured on %1.</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>salient::MetricsModel</name>
    <message>
        <source>Not measured yet</source>
        <translation type="unfinished"></translation>
    </message>
    <message numerus="yes">
        <source>protocol %1, %2 predictions in %n window(s) of %3 tokens, %4</source>
        <translation type="unfinished">
            <numerusform></numerusform>
            <numerusform></numerusform>
        </translation>
    </message>
    <message>
        <source>float32</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>bfloat16</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Mean loss %1 nats: %2</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>KL: mean %1, median %2, 99 % of predictions below %3, largest %4 nats: %5</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Original</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Energy of the output error over energy of the output, all layers together, on the calibration text</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>On the evaluation text; lower is better. Point at a number to see its protocol</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Against the original model</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Mean KL divergence of the next-token distribution from the original&apos;s, in nats, on the evaluation text</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Share of the predictions whose likeliest token is the original&apos;s</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Of the quantized layers, scales and zero points included</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Whole model: packed layers and everything else as stored</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Quantization alone, without calibration</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Method</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Rel. output error</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Perplexity</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Change</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>KL, nats</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Same top</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Bits/weight</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Size</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Time</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>salient::ModelMapModel</name>
    <message>
        <source>Block %1</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>salient::ModelMapView</name>
    <message>
        <source>Colours from %1 to %2</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>What the colours show</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Metric</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Filter: a regular expression, e.g. down_proj|o_proj</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Layers whose full name does not match are dimmed</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Filter</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Layers of the model</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Largest values</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Layers with the largest values</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Show</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Not a regular expression: %1</source>
        <translation type="unfinished"></translation>
    </message>
    <message numerus="yes">
        <source>%n layer(s)</source>
        <translation type="unfinished">
            <numerusform></numerusform>
            <numerusform></numerusform>
        </translation>
    </message>
    <message>
        <source>logarithmic</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Block %1 · %2 — %3</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>salient::Navigation</name>
    <message>
        <source>Open</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Calibrate</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Model map</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Channels</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Stepper</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Tune</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Quantize</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Compare</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Evaluate</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Export</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Lessons</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Steps</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>salient::NumberGrid</name>
    <message>
        <source>row %1, column %2: %3</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>salient::OpenPage</name>
    <message>
        <source>Open the demo model</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Next: calibrate</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Start anew</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>A small language model that comes with Salient, with planted outlier channels and its own texts</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Open a model folder…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>A Hugging Face directory: config.json, *.safetensors and a tokenizer</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Open a recipe…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>A saved job: model, calibration and methods in one JSON file</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Lessons</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Small worked examples of each method; no model is needed</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>… or drop a model folder, a recipe or a text to calibrate on anywhere on this window.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Recent models</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Recent</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Recent sessions</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Recipe, results and place of an earlier sitting. Return opens, Delete removes it.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Sessions</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Remove this session</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Start with</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Facts about the open model</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Opens the model without the results of earlier sittings; those stay under Sessions</source>
        <translation type="unfinished"></translation>
    </message>
    <message numerus="yes">
        <source>%n result(s)</source>
        <translation type="unfinished">
            <numerusform></numerusform>
            <numerusform></numerusform>
        </translation>
    </message>
    <message>
        <source>calibrated</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>no results yet</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>%1 — %2, %3</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Nothing is open</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Open a model to see what it is made of.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Folder</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Family</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Parameters</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>%1 in %2</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Stored</source>
        <translation type="unfinished"></translation>
    </message>
    <message numerus="yes">
        <source>%1, %n file(s)</source>
        <translation type="unfinished">
            <numerusform></numerusform>
            <numerusform></numerusform>
        </translation>
    </message>
    <message>
        <source>Blocks</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Linear layers</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Hidden size</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>MLP size</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Attention</source>
        <translation type="unfinished"></translation>
    </message>
    <message numerus="yes">
        <source>%n head(s) of size %1</source>
        <translation type="unfinished">
            <numerusform></numerusform>
            <numerusform></numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%1 query heads, %n key/value head(s), of size %2</source>
        <translation type="unfinished">
            <numerusform></numerusform>
            <numerusform></numerusform>
        </translation>
    </message>
    <message>
        <source>Context</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>%1 tokens</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Vocabulary</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>%1 tokens, tied embeddings</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>salient::OverridePanel</name>
    <message>
        <source>No error is left in them.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>They had no error, and get that of rounding.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>By plain rounding, their error falls to 1/%1.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>By plain rounding, their error grows %1 times.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Run</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The run of the recipe whose layers get other settings</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Change</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>What happens to these layers</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Method of these layers</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>How these layers are quantized</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Bits of these layers</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Bits per weight code</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Group size of these layers</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Consecutive input columns that share scale and zero point</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Apply</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Take back</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>stay in 16 bits</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>are quantized otherwise:</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>same method</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>same bits</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>%1 bits</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>same groups</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>groups of %1</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>whole row</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Put the change into the recipe; it can be undone</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Remove the chosen change from its run (Delete)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>What the change would do</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Layers with other settings</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>In</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>all runs</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>layers that match %1</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>no layer</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>the chosen layer, %1,</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Choose a layer, or type an expression above, to give some layers other bits or keep them in 16 bits.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Choose what is different for them.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>They stay in 16 bits already, or nothing matches.</source>
        <translation type="unfinished"></translation>
    </message>
    <message numerus="yes">
        <source>%n layer(s) of “%1” …</source>
        <translation type="unfinished">
            <numerusform></numerusform>
            <numerusform></numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n layer(s): %1 → %2 (%3).</source>
        <translation type="unfinished">
            <numerusform></numerusform>
            <numerusform></numerusform>
        </translation>
    </message>
    <message>
        <source>They make %1 of the measured output error of this run.</source>
        <translation type="unfinished"></translation>
    </message>
    <message numerus="yes">
        <source>%1: %2 — %3 (%n layer(s))</source>
        <translation type="unfinished">
            <numerusform></numerusform>
            <numerusform></numerusform>
        </translation>
    </message>
    <message>
        <source>16 bits</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>layer settings</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>take back layer settings</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>salient::QuantizePanel</name>
    <message>
        <source>Measure perplexity afterwards</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Quantize all</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Quantize this one</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Name</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>How this run is called in tables, pictures and the report</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Name of the run</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>name</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Runs</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Add method</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Add a run to compare</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Duplicate</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Copy the chosen run, to change one option of it</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Remove</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Remove the chosen run from the list; results that are there stay</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Copy as command</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Put the same job on the clipboard as command lines of salient-cli</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>A .txt or .jsonl file, not the calibration text</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Evaluation text</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The text whose perplexity is measured</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Choose…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Run the evaluation text through the original and every quantized model</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Execute every run of the list, one after another</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Execute the chosen run alone</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>the whole text</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source> windows of the text</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Evaluation windows</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>How much of the evaluation text is scored; 0: all of it. Compare figures of equal windows only</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>add run</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>duplicate run</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>remove run</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>salient::QuestionBox</name>
    <message>
        <source>&amp;Reveal</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Predict, then reveal</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>your prediction</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>A number; right within ± %1</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Show what comes out (Return)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>What comes out: %1</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Right. What comes out: %1</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Not quite. What comes out: %1</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>salient::RecipeRunsModel</name>
    <message>
        <source>Run</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Grid</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>salient::SamplesModel</name>
    <message>
        <source>Where the window starts in the text, in tokens</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>#</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Start</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Tokens</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Begins with</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>salient::SelectionBar</name>
    <message>
        <source>The layer that Channels, Stepper, Tune and Compare look at</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Layer</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Layer before (Alt+Left)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Layer before</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Next layer (Alt+Right)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Next layer</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The input channel, a column of the weight, in every view</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Channel</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The output row of the weight, in every view</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Row</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Block %1 · %2  (%3 × %4)</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>salient::SensitivityModel</name>
    <message>
        <source>Energy of this layer&apos;s output error over energy of its output, on the calibration text</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Mean KL divergence from the original, in nats, when this layer alone is quantized</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Of the sum over all measured layers</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Mean loss minus the original&apos;s, in nats, when this layer alone is quantized; a negative one is chance</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Share of the predictions whose likeliest token stays the same</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Layer</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Bits</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Output error</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>KL, nats</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Share</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Added loss</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Same top</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>salient::SessionKeeper</name>
    <message>
        <source>The earlier session was not restored</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Session</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>“%1” is too large to be kept: when the session is opened again, its numbers will be there, its weights will not.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The session could not be saved</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Save the session</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>%1: a folder of that name cannot be made.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>%1 holds other files. Choose a new folder.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>%1 is open in another window.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Open session</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>salient::SmoothExampleView</name>
    <message>
        <source>α, the share of the difficulty that moves into the weights</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>α, 0 to 1 (no unit): how much of the difficulty moves from activations into weights</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>α</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Codes without smoothing</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Codes with it</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Largest |x|, |w|: before</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>… after</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Row 0: largest |x| of each channel, row 1: largest |w|</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Output error over α</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>error, %</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Output error: %1 without smoothing, %2 with α = %3.</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>salient::StepDots</name>
    <message>
        <source>Step %1 of %2</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>salient::StepperPanel</name>
    <message>
        <source>E&amp;rror above</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Group start</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>To the start</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>To the start (Home)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Back one group</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Back to the start of a group (Shift+Left)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Back one block</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Back to the start of a block of columns (Page Up)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Back one column</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Back one column (Left)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Play</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Play or pause (Space)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Forward one column</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Forward one column (Right)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Forward one block</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>To the next block of columns (Page Down)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Forward one group</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>To the next group (Shift+Right)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>To the end</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>To the end (End)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Columns &amp;done</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Number of columns already quantized</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Columns done</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>S&amp;peed</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Columns per second while playing</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Speed, columns per second</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>%1 columns/s</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Stop at</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Stop playing after a column in which some |w − ŵ| is larger than this (no unit)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Largest error before stopping</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Stop playing before the first column of a group, where a new scale is taken</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>What if</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Keep this column in 16 bits</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Solve again with this input channel left unrounded, and compare the loss</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Do it firs&amp;t</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Solve again with this input channel quantized before all others, and compare the loss</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>W, updated so far</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Error W − Ŵ left behind</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Update about to be subtracted</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>row</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>channel</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>weight</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Choose a layer to step through.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Where the algorithm stands</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The update in numbers</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Loss ½ tr(D H Dᵀ)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>columns done</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>loss</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Row of U in use</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>What flowed into the chosen cell</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>U is the Cholesky factor of H⁻¹ = UᵀU: its row q says how the error of column q spreads.
Or: how much each earlier column&apos;s error changed the chosen cell before it was rounded.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>What the chart shows</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source> of %1</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Pause</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>All columns are done.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Stopped: error %1 in channel %2.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Stopped: group %1 starts.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>block</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>group %1</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>q = %1</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&lt;b&gt;%1&lt;/b&gt;&lt;br&gt;All %2 columns are done. Loss %3; plain rounding leaves %4.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>GPTQ leaves %1 % of it.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&lt;b&gt;%1&lt;/b&gt;&lt;br&gt;Column &lt;i&gt;q&lt;/i&gt; = %2 is input channel %3; block %4 of %5, group %6; output row&amp;nbsp;&lt;i&gt;r&lt;/i&gt;&amp;nbsp;=&amp;nbsp;%7.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>U[q, q:]</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>column in processing order</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>U[q, j]</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>No column is left.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>earlier column, in processing order</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>change of the weight</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Errors that flowed into the chosen cell</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Choose a cell in one of the pictures.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Nothing flows into the first column.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Into row %1, channel %2</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>GPTQ so far</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>plain rounding, total</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>total if the rest were rounded now</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>U</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>change</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>salient::TunePanel</name>
    <message>
        <source>AWQ ratio</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>SmoothQuant α</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Which scales to tune: AWQ&apos;s s = mean|x|^ratio, judged by weight rounding; or SmoothQuant&apos;s s = max|x|^α / max|w|^(1−α), judged by 8-bit weights and activations</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Method</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Use &amp;optimum</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Set the value to the lowest point of the loss curve</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Reset</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Back to 0.5, all channels as the value gives them</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>P&amp;in</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Keep this state in the chart, to compare the next ones with</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Relative output error</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>tr(D H Dᵀ) / tr(W H Wᵀ): squared output error relative to the squared output, in percent.
≈ means: estimated from some of the rows, the exact number follows.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Apply to this input</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Write this choice into the recipe, for the layers that share this input</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Apply to a&amp;ll like this</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Write this value into the recipe, for the same layers of every block</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Error over the whole range</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Activations: largest |x| per channel</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Weights: largest |w| per channel</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Shift+drag changes the scale of the channel under the cursor. </source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>input channel</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>largest magnitude</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>channel</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Input channel whose scale is changed by hand</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Factor on this channel&apos;s scale, on top of what the value above gives (no unit)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Factor on the channel&apos;s scale</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>As &amp;computed</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Take back the factor on this channel</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Cha&amp;nnel</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Scale</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Add to the recipe</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Add a run with this value, for all layers, to those that Quantize executes</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>No layer chosen</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Calibrate a model and choose a layer to tune its scales.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Nothing to show yet</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Ra&amp;tio</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;α</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>0: no scaling. 1: scales follow the mean activation fully (no unit)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>0: all difficulty stays in the activations. 1: all of it moves to the weights (no unit)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>SmoothQuant alpha</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>%1%2 % output error</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>ratio</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>α</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>relative output error, %</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>all rows</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>preview from %1 of %2 rows</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>optimum %1</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>optimum %1 % at %2</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>without scaling %1 %</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>pinned %1 %</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>%1 % against the pinned state</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>now %1 %</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>after, |x| / s</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>before</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>after, |w| · s</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>s = %1 · max |x| %2 · max |w| %3</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>channel %1</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>salient::Workflow</name>
    <message>
        <source>Open %1</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Choose calibration windows</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Calibrate on %1</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Quantize: %1</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Perplexity</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>There is no evaluation text yet. Choose one on the Evaluate page.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Perplexity: full precision</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Perplexity: %1</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Layer by layer: %1</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Export: %1</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Write report</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>stageText</name>
    <message>
        <source>calibrating</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>choosing windows</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>comparing</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>comparing settings</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>drawing pages</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>factorizing</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>generating</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>loss curve</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>opening the session</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>perplexity</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>preparing</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>quantizing</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>running the model</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>saving the session</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>scoring</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>searching clips</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>searching scales</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>sensitivity</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>settling the best scales</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>solving</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>starting</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>verifying</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>writing</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>files</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>block %1</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>valueText</name>
    <message>
        <source>not a number</source>
        <translation type="unfinished"></translation>
    </message>
</context>
</TS>
