<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="de" sourcelanguage="en">
<context>
    <name>figure</name>
    <message>
        <source>save figure: %1: expected a name that ends in .png, .svg, .pdf or .csv, found .%2</source>
        <translation>Abbildung speichern: %1: erwartet wird ein Name, der auf .png, .svg, .pdf oder .csv endet, gefunden .%2</translation>
    </message>
    <message>
        <source>save figure: %1: cannot be written: %2</source>
        <translation>Abbildung speichern: %1 lässt sich nicht schreiben: %2</translation>
    </message>
</context>
<context>
    <name>fileChooser</name>
    <message>
        <source>GGUF models (*.gguf)</source>
        <translation>GGUF-Modelle (*.gguf)</translation>
    </message>
</context>
<context>
    <name>findingText</name>
    <message>
        <source>%1 of the output error comes from input channel %2, whose largest |x| of %3 is %4 times the median channel&apos;s.</source>
        <translation>%1 des Ausgabefehlers kommen aus Eingangskanal %2, dessen größtes |x| mit %3 das %4-Fache des mittleren Kanals (Median) ist.</translation>
    </message>
    <message>
        <source>%1 of the output error comes from %2 of %3 input channels, most from channel %4, whose largest |x| of %5 is %6 times the median channel&apos;s.</source>
        <translation>%1 des Ausgabefehlers kommen aus %2 von %3 Eingangskanälen, am meisten aus Kanal %4, dessen größtes |x| mit %5 das %6-Fache des mittleren Kanals (Median) ist.</translation>
    </message>
    <message numerus="yes">
        <source>%n calibration token(s) for %1 inputs: the Hessian says nothing of the remaining directions.</source>
        <translation>
            <numerusform>%n Kalibriertoken für %1 Eingänge: über die übrigen Richtungen sagt die Hesse-Matrix nichts.</numerusform>
            <numerusform>%n Kalibriertoken für %1 Eingänge: über die übrigen Richtungen sagt die Hesse-Matrix nichts.</numerusform>
        </translation>
    </message>
    <message>
        <source>The Hessian is nearly singular.</source>
        <translation>Die Hesse-Matrix ist fast singulär.</translation>
    </message>
    <message>
        <source>It needed damping %1 instead of %2.</source>
        <translation>Sie brauchte die Dämpfung %1 statt %2.</translation>
    </message>
    <message>
        <source>More calibration windows measure such directions; more damping trusts them less.</source>
        <translation>Mehr Kalibrierfenster messen solche Richtungen; mehr Dämpfung traut ihnen weniger.</translation>
    </message>
    <message>
        <source>Outlier channels</source>
        <translation>Ausreißerkanäle</translation>
    </message>
    <message>
        <source>Lone large weights</source>
        <translation>Einzelne große Gewichte</translation>
    </message>
    <message>
        <source>Saturated codes</source>
        <translation>Gesättigte Codes</translation>
    </message>
    <message>
        <source>Dead channels</source>
        <translation>Tote Kanäle</translation>
    </message>
    <message>
        <source>Unmeasured directions</source>
        <translation>Ungemessene Richtungen</translation>
    </message>
    <message>
        <source>Rounded inputs</source>
        <translation>Gerundete Eingaben</translation>
    </message>
    <message>
        <source>%1 of the output error is in groups of %2 weights whose range one large weight sets; the heaviest is in row %3, channel %4, %5 times the root mean square of its group.</source>
        <translation>%1 des Ausgabefehlers stecken in Gruppen zu %2 Gewichten, deren Bereich ein einzelnes großes Gewicht bestimmt; das schwerste steht in Zeile %3, Kanal %4, mit dem %5-Fachen des quadratischen Mittels seiner Gruppe.</translation>
    </message>
    <message>
        <source>%1 of the codes lie at an end of the grid: its range is too small for the weights.</source>
        <translation>%1 der Codes liegen an einem Ende des Rasters: sein Bereich ist zu klein für die Gewichte.</translation>
    </message>
    <message numerus="yes">
        <source>%n of %1 input channels were never active in calibration, channel %2 first: nothing is known of what their weights do. Text nearer to the model&apos;s use may wake them.</source>
        <translation>
            <numerusform>%n von %1 Eingangskanälen war in der Kalibrierung nie aktiv, nämlich Kanal %2: was seine Gewichte tun, ist unbekannt. Ein Text, der näher an der Verwendung des Modells liegt, weckt ihn vielleicht.</numerusform>
            <numerusform>%n von %1 Eingangskanälen waren in der Kalibrierung nie aktiv, als erster Kanal %2: was ihre Gewichte tun, ist unbekannt. Ein Text, der näher an der Verwendung des Modells liegt, weckt sie vielleicht.</numerusform>
        </translation>
    </message>
    <message>
        <source>%1 of the output error comes from rounding the inputs to int8; channel %2 reaches %3 and sets the scale of tokens whose median channel stays below %4.</source>
        <translation>%1 des Ausgabefehlers kommen vom Runden der Eingaben auf int8; Kanal %2 erreicht %3 und bestimmt die Skalierung von Token, deren mittlerer Kanal unter %4 bleibt.</translation>
    </message>
    <message>
        <source>groups of %1</source>
        <translation>Gruppen zu %1</translation>
    </message>
    <message>
        <source>%1 bits</source>
        <translation>%1 Bit</translation>
    </message>
    <message>
        <source>AWQ scales for the layers of this input</source>
        <translation>AWQ-Skalierungen für die Schichten dieser Eingabe</translation>
    </message>
    <message>
        <source>SmoothQuant for the layers of this input</source>
        <translation>SmoothQuant für die Schichten dieser Eingabe</translation>
    </message>
    <message>
        <source>one input scale per token</source>
        <translation>eine Skalierung der Eingaben pro Token</translation>
    </message>
    <message>
        <source>damping %1</source>
        <translation>Dämpfung %1</translation>
    </message>
    <message>
        <source>Inputs and weights are finite; channel %1 holds |x| up to %2.</source>
        <translation>Eingaben und Gewichte sind endlich; Kanal %1 enthält |x| bis %2.</translation>
    </message>
    <message numerus="yes">
        <source>The error of %n weight(s) is no number, the first in row %1.</source>
        <translation>
            <numerusform>Der Fehler von %n Gewicht ist keine Zahl, in Zeile %1.</numerusform>
            <numerusform>Der Fehler von %n Gewichten ist keine Zahl, zuerst in Zeile %1.</numerusform>
        </translation>
    </message>
    <message>
        <source>Inputs beyond what squares can hold</source>
        <translation>Eingaben, deren Quadrate zu groß sind</translation>
    </message>
    <message>
        <source>Scales beyond their type</source>
        <translation>Skalierungen jenseits ihres Typs</translation>
    </message>
    <message numerus="yes">
        <source>%n of %1 input channels are so large that their squares are beyond float32, channel %2 with |x| up to %3 first: no error of this layer can be measured, and no scale chosen by it.</source>
        <translation>
            <numerusform>%n von %1 Eingangskanälen ist so groß, dass seine Quadrate über float32 hinausgehen, zuerst Kanal %2 mit |x| bis %3: Kein Fehler dieser Schicht lässt sich messen und keine Skalierung danach wählen.</numerusform>
            <numerusform>%n von %1 Eingangskanälen sind so groß, dass ihre Quadrate über float32 hinausgehen, zuerst Kanal %2 mit |x| bis %3: Kein Fehler dieser Schicht lässt sich messen und keine Skalierung danach wählen.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n group(s) of weights need a scale that their stored type cannot hold; the largest weight, %1, is in row %2, channel %3.</source>
        <translation>
            <numerusform>%n Gruppe von Gewichten braucht eine Skalierung, die ihr gespeicherter Typ nicht fasst; das größte Gewicht, %1, steht in Zeile %2, Kanal %3.</numerusform>
            <numerusform>%n Gruppen von Gewichten brauchen eine Skalierung, die ihr gespeicherter Typ nicht fasst; das größte Gewicht, %1, steht in Zeile %2, Kanal %3.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n weight(s) of %1 in the file are no numbers, the first in row %2, column %3. No setting helps: the file is damaged, or was written by a training that diverged.</source>
        <translation>
            <numerusform>%n Gewicht von %1 in der Datei ist keine Zahl, in Zeile %2, Spalte %3. Keine Einstellung hilft: Die Datei ist beschädigt, oder ein Training, das auseinanderlief, hat sie geschrieben.</numerusform>
            <numerusform>%n Gewichte von %1 in der Datei sind keine Zahlen, zuerst in Zeile %2, Spalte %3. Keine Einstellung hilft: Die Datei ist beschädigt, oder ein Training, das auseinanderlief, hat sie geschrieben.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n input value(s) of %1 are no numbers, in %2 windows; the first in channel %3, window %4, token %5. The weights up to there are finite: the model itself goes beyond float32 on this text, before anything is quantized. No setting of a method helps; other text may.</source>
        <translation>
            <numerusform>%n Eingabewert von %1 ist keine Zahl, in %2 Fenstern; zuerst in Kanal %3, Fenster %4, Token %5. Die Gewichte bis dort sind endlich: Das Modell selbst geht bei diesem Text über float32 hinaus, bevor irgendetwas quantisiert wird. Keine Einstellung eines Verfahrens hilft; anderer Text vielleicht.</numerusform>
            <numerusform>%n Eingabewerte von %1 sind keine Zahlen, in %2 Fenstern; zuerst in Kanal %3, Fenster %4, Token %5. Die Gewichte bis dort sind endlich: Das Modell selbst geht bei diesem Text über float32 hinaus, bevor irgendetwas quantisiert wird. Keine Einstellung eines Verfahrens hilft; anderer Text vielleicht.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n layer(s) in 16 bits</source>
        <translation>
            <numerusform>%n Schicht in 16 Bit</numerusform>
            <numerusform>%n Schichten in 16 Bit</numerusform>
        </translation>
    </message>
    <message>
        <source>Rounding this layer gives values that are not numbers.</source>
        <translation>Das Runden dieser Schicht ergibt Werte, die keine Zahlen sind.</translation>
    </message>
    <message>
        <source>Values that are not numbers</source>
        <translation>Werte, die keine Zahlen sind</translation>
    </message>
</context>
<context>
    <name>layoutLibrary</name>
    <message>
        <source>One page</source>
        <translation>Eine Seite</translation>
    </message>
    <message>
        <source>Map beside Channels</source>
        <translation>Modellkarte neben Kanälen</translation>
    </message>
    <message>
        <source>Stepper beside Error maps</source>
        <translation>Einzelschritte neben Fehlerkarten</translation>
    </message>
    <message>
        <source>Tune beside Compare</source>
        <translation>Abstimmen neben Vergleichen</translation>
    </message>
</context>
<context>
    <name>main</name>
    <message>
        <source>A workbench for post-training quantization of language models.</source>
        <translation>Eine Werkbank für die nachträgliche Quantisierung von Sprachmodellen.</translation>
    </message>
    <message>
        <source>A model&apos;s folder or a recipe; the bundled demo when left out.</source>
        <translation>Ordner eines Modells oder ein Rezept; ohne Angabe das mitgelieferte Demo-Modell.</translation>
    </message>
    <message>
        <source>Text to calibrate on.</source>
        <translation>Text für die Kalibrierung.</translation>
    </message>
</context>
<context>
    <name>mapMetrics</name>
    <message>
        <source>Relative output error: %1</source>
        <translation>Relativer Ausgabefehler: %1</translation>
    </message>
    <message>
        <source>KL when quantized alone: %1</source>
        <translation>KL, wenn allein quantisiert: %1</translation>
    </message>
    <message>
        <source>nats</source>
        <translation>Nat</translation>
    </message>
    <message>
        <source>Outlier ratio: largest channel over median channel</source>
        <translation>Ausreißerverhältnis: größter Kanal zu mittlerem Kanal (Median)</translation>
    </message>
    <message>
        <source>Largest |x|</source>
        <translation>Größtes |x|</translation>
    </message>
    <message>
        <source>Mean |x|</source>
        <translation>Mittleres |x|</translation>
    </message>
    <message>
        <source>Bits per weight: %1</source>
        <translation>Bits pro Gewicht: %1</translation>
    </message>
    <message>
        <source>Codes at the ends of the grid: %1</source>
        <translation>Codes an den Enden des Rasters: %1</translation>
    </message>
    <message>
        <source>Number of weights</source>
        <translation>Anzahl der Gewichte</translation>
    </message>
    <message>
        <source>Largest |w|</source>
        <translation>Größtes |w|</translation>
    </message>
    <message>
        <source>Largest magnitude of the layer&apos;s weights, in their own unit</source>
        <translation>Größter Betrag der Gewichte der Schicht, in deren eigener Einheit</translation>
    </message>
    <message>
        <source>Kurtosis of the weights</source>
        <translation>Wölbung der Gewichte</translation>
    </message>
    <message>
        <source>Fourth moment about the mean over the squared variance, without unit: 3 for normally distributed weights, more where a few stand far out</source>
        <translation>Viertes Moment um den Mittelwert durch das Quadrat der Varianz, ohne Einheit: 3 bei normalverteilten Gewichten, mehr, wo einige weit herausragen</translation>
    </message>
    <message>
        <source>Calibration tokens of the expert: %1</source>
        <translation>Kalibriertoken des Experten: %1</translation>
    </message>
    <message>
        <source>tokens</source>
        <translation>Token</translation>
    </message>
    <message>
        <source>Tokens of the calibration that were sent to the expert: its statistics are of these alone, or a stand-in&apos;s where they are too few</source>
        <translation>Token der Kalibrierung, die an den Experten gingen: Seine Statistik ist von diesen allein, oder die eines Stellvertreters, wo es zu wenige sind</translation>
    </message>
</context>
<context>
    <name>memoryText</name>
    <message>
        <source>The whole recipe needs about %1 of memory, more than the %2 of this machine: fewer or shorter windows need less, and fewer runs.</source>
        <translation>Das ganze Rezept braucht etwa %1 Arbeitsspeicher, mehr als die %2 dieses Rechners: weniger oder kürzere Fenster brauchen weniger, ebenso weniger Läufe.</translation>
    </message>
    <message>
        <source>The whole recipe needs about %1 of memory; this machine has %2.</source>
        <translation>Das ganze Rezept braucht etwa %1 Arbeitsspeicher; dieser Rechner hat %2.</translation>
    </message>
    <message>
        <source>The whole recipe needs about %1 of memory, more than its limit of %2: fewer or shorter windows need less, and fewer runs.</source>
        <translation>Das ganze Rezept braucht etwa %1 Arbeitsspeicher, mehr als seine Grenze von %2: Weniger oder kürzere Fenster brauchen weniger, ebenso weniger Läufe.</translation>
    </message>
</context>
<context>
    <name>methodStamp</name>
    <message>
        <source>stays in 16 bits</source>
        <translation>bleibt in 16 Bit</translation>
    </message>
    <message>
        <source>override %1</source>
        <translation>Ausnahme %1</translation>
    </message>
    <message>
        <source>ratio %1</source>
        <translation>Exponent %1</translation>
    </message>
    <message>
        <source>α %1</source>
        <translation>α %1</translation>
    </message>
</context>
<context>
    <name>methodText</name>
    <message>
        <source>%1 bits per tensor</source>
        <translation>%1 Bit pro Tensor</translation>
    </message>
    <message>
        <source>%1 bits per row</source>
        <translation>%1 Bit pro Zeile</translation>
    </message>
    <message>
        <source>%1 bits, groups of %2</source>
        <translation>%1 Bit, Gruppen zu %2</translation>
    </message>
    <message>
        <source>symmetric</source>
        <translation>symmetrisch</translation>
    </message>
    <message>
        <source>asymmetric</source>
        <translation>asymmetrisch</translation>
    </message>
    <message>
        <source>int8 inputs per token</source>
        <translation>int8-Eingaben pro Token</translation>
    </message>
    <message>
        <source>int8 inputs per tensor</source>
        <translation>int8-Eingaben pro Tensor</translation>
    </message>
    <message>
        <source>BOS windows</source>
        <translation>BOS-Fenster</translation>
    </message>
    <message>
        <source>second half</source>
        <translation>zweite Hälfte</translation>
    </message>
    <message>
        <source>stream</source>
        <translation>Strom</translation>
    </message>
</context>
<context>
    <name>numberText</name>
    <message>
        <source>%1 k</source>
        <comment>thousand</comment>
        <translation>%1 Tsd.</translation>
    </message>
    <message>
        <source>%1 M</source>
        <comment>million</comment>
        <translation>%1 Mio.</translation>
    </message>
    <message>
        <source>%1 B</source>
        <comment>billion, 10^9</comment>
        <translation>%1 Mrd.</translation>
    </message>
    <message>
        <source>%1 T</source>
        <comment>trillion, 10^12</comment>
        <translation>%1 Bio.</translation>
    </message>
    <message>
        <source>%1 ms</source>
        <translation>%1 ms</translation>
    </message>
    <message>
        <source>%1 s</source>
        <translation>%1 s</translation>
    </message>
    <message>
        <source>%1 min %2 s</source>
        <translation>%1 min %2 s</translation>
    </message>
    <message>
        <source>%1 h %2 min</source>
        <translation>%1 h %2 min</translation>
    </message>
</context>
<context>
    <name>rateText</name>
    <message>
        <source>%1 tokens/s per block</source>
        <translation>%1 Token/s pro Block</translation>
    </message>
    <message>
        <source>%1 per layer</source>
        <translation>%1 pro Schicht</translation>
    </message>
    <message>
        <source>%1 layers/s</source>
        <translation>%1 Schichten/s</translation>
    </message>
    <message>
        <source>%1 per step</source>
        <translation>%1 pro Schritt</translation>
    </message>
    <message>
        <source>%1 steps/s</source>
        <translation>%1 Schritte/s</translation>
    </message>
</context>
<context>
    <name>reportPdf</name>
    <message>
        <source>write report: %1: cannot be written: %2</source>
        <translation>Bericht schreiben: %1 lässt sich nicht schreiben: %2</translation>
    </message>
</context>
<context>
    <name>salient::AwqExampleView</name>
    <message>
        <source>Published</source>
        <translation>Veröffentlicht</translation>
    </message>
    <message>
        <source>Input X: tokens down, channels across</source>
        <translation>Eingabe X: Token nach unten, Kanäle nach rechts</translation>
    </message>
    <message>
        <source>Choose a channel: click, or the arrow keys</source>
        <translation>Einen Kanal wählen: Klick oder Pfeiltasten</translation>
    </message>
    <message>
        <source>Here</source>
        <translation>Hier</translation>
    </message>
    <message>
        <source>Largest |x|</source>
        <translation>Größtes |x|</translation>
    </message>
    <message>
        <source>Over all tokens, in the units of the input</source>
        <translation>Über alle Token, in den Einheiten der Eingabe</translation>
    </message>
    <message>
        <source>Mean |x|</source>
        <translation>Mittleres |x|</translation>
    </message>
    <message>
        <source>Scale s</source>
        <translation>Skalierung s</translation>
    </message>
    <message>
        <source>The weight column is multiplied by s, the input divided by it (no unit)</source>
        <translation>Die Spalte der Gewichte wird mit s multipliziert, die Eingabe durch s geteilt (ohne Einheit)</translation>
    </message>
    <message>
        <source>Error before scaling</source>
        <translation>Fehler vor der Skalierung</translation>
    </message>
    <message>
        <source>Mean |x| times mean |w − ŵ| of the channel&apos;s column: what it adds to an output</source>
        <translation>Mittleres |x| mal mittleres |w − ŵ| der Spalte des Kanals: was sie zu einer Ausgabe beiträgt</translation>
    </message>
    <message>
        <source>Error after scaling</source>
        <translation>Fehler nach der Skalierung</translation>
    </message>
    <message>
        <source>Output error of the whole layer: %1 before, %2 after (ratio %3).</source>
        <translation>Ausgabefehler der ganzen Schicht: vorher %1, nachher %2 (Exponent %3).</translation>
    </message>
    <message>
        <source>Channel %1</source>
        <translation>Kanal %1</translation>
    </message>
</context>
<context>
    <name>salient::CalibrationAbModel</name>
    <message>
        <source>How alike the Hessians of both texts are: their cosine as vectors of numbers, 1 for equal ones. The loudest channels decide it</source>
        <translation>Wie sehr sich die Hesse-Matrizen beider Texte gleichen: ihr Kosinus als Zahlenvektoren, 1 bei gleichen. Die lautesten Kanäle entscheiden ihn</translation>
    </message>
    <message>
        <source>Relative output error on text A of the weights that text A calibrated</source>
        <translation>Relativer Ausgabefehler auf Text A der Gewichte, die Text A kalibriert hat</translation>
    </message>
    <message>
        <source>Relative output error on text A of the weights that text B calibrated</source>
        <translation>Relativer Ausgabefehler auf Text A der Gewichte, die Text B kalibriert hat</translation>
    </message>
    <message>
        <source>Relative output error on text B of the weights that text B calibrated</source>
        <translation>Relativer Ausgabefehler auf Text B der Gewichte, die Text B kalibriert hat</translation>
    </message>
    <message>
        <source>Relative output error on text B of the weights that text A calibrated</source>
        <translation>Relativer Ausgabefehler auf Text B der Gewichte, die Text A kalibriert hat</translation>
    </message>
    <message>
        <source>How many times as large the error is when the other text calibrated</source>
        <translation>Wievielmal so groß der Fehler ist, wenn der andere Text kalibriert hat</translation>
    </message>
    <message>
        <source>H alike</source>
        <translation>H ähnlich</translation>
    </message>
    <message>
        <source>A from A</source>
        <translation>A aus A</translation>
    </message>
    <message>
        <source>A from B</source>
        <translation>A aus B</translation>
    </message>
    <message>
        <source>B from B</source>
        <translation>B aus B</translation>
    </message>
    <message>
        <source>B from A</source>
        <translation>B aus A</translation>
    </message>
    <message>
        <source>Factor, A</source>
        <translation>Faktor, A</translation>
    </message>
    <message>
        <source>Factor, B</source>
        <translation>Faktor, B</translation>
    </message>
</context>
<context>
    <name>salient::CalibrationAbPanel</name>
    <message>
        <source>Compare the two texts</source>
        <translation>Beide Texte vergleichen</translation>
    </message>
    <message>
        <source>A .txt or .jsonl file to compare with</source>
        <translation>Eine Datei .txt oder .jsonl zum Vergleich</translation>
    </message>
    <message>
        <source>Text B. Text A is the calibration text; the same text with another seed shows what the choice of windows does</source>
        <translation>Text B. Text A ist der Kalibriertext; derselbe Text mit anderem Startwert zeigt, was die Wahl der Fenster ausmacht</translation>
    </message>
    <message>
        <source>The other text</source>
        <translation>Der andere Text</translation>
    </message>
    <message>
        <source>Choose another text…</source>
        <translation>Anderen Text wählen…</translation>
    </message>
    <message>
        <source>Choose the text to compare the calibration text with</source>
        <translation>Den Text wählen, mit dem der Kalibriertext verglichen wird</translation>
    </message>
    <message>
        <source>as for A</source>
        <translation>wie bei A</translation>
    </message>
    <message>
        <source>Windows of the other text</source>
        <translation>Fenster des anderen Textes</translation>
    </message>
    <message>
        <source>How many windows of text B to run; 0: as many as of the calibration text</source>
        <translation>Wie viele Fenster von Text B gerechnet werden; 0: so viele wie vom Kalibriertext</translation>
    </message>
    <message>
        <source>Window length of the other text</source>
        <translation>Fensterlänge des anderen Textes</translation>
    </message>
    <message>
        <source>Tokens per window of text B; 0: as many as for the calibration text</source>
        <translation>Token pro Fenster von Text B; 0: so viele wie beim Kalibriertext</translation>
    </message>
    <message>
        <source> tokens</source>
        <translation> Token</translation>
    </message>
    <message>
        <source>Seed of the other text</source>
        <translation>Startwert des anderen Textes</translation>
    </message>
    <message>
        <source>Of the choice of text B&apos;s windows; empty: as for the calibration text</source>
        <translation>Für die Wahl der Fenster von Text B; leer: wie beim Kalibriertext</translation>
    </message>
    <message>
        <source>Method to compare with</source>
        <translation>Verfahren für den Vergleich</translation>
    </message>
    <message>
        <source>The run of the recipe whose method is tried with both texts</source>
        <translation>Der Lauf des Rezepts, dessen Verfahren mit beiden Texten erprobt wird</translation>
    </message>
    <message>
        <source>Quantizes every layer once with the statistics of each text, and measures both solutions on both texts: twice the time of calibrating and quantizing</source>
        <translation>Quantisiert jede Schicht einmal mit der Statistik jedes der beiden Texte und misst beide Lösungen auf beiden Texten: doppelt so lange wie Kalibrieren und Quantisieren</translation>
    </message>
    <message>
        <source>Comparison of two texts</source>
        <translation>Vergleich zweier Texte</translation>
    </message>
    <message>
        <source>Copy table</source>
        <translation>Tabelle kopieren</translation>
    </message>
    <message>
        <source>Put the table on the clipboard as comma-separated values, with every digit</source>
        <translation>Die Tabelle mit allen Stellen als kommagetrennte Werte in die Zwischenablage legen</translation>
    </message>
    <message>
        <source>Windows:</source>
        <translation>Fenster:</translation>
    </message>
    <message>
        <source>Length:</source>
        <translation>Länge:</translation>
    </message>
    <message>
        <source>Seed:</source>
        <translation>Startwert:</translation>
    </message>
    <message>
        <source>Method:</source>
        <translation>Verfahren:</translation>
    </message>
    <message>
        <source>layer, in order of computation</source>
        <translation>Schicht, in der Reihenfolge der Rechnung</translation>
    </message>
    <message>
        <source>relative output error</source>
        <translation>relativer Ausgabefehler</translation>
    </message>
    <message>
        <source>layer</source>
        <translation>Schicht</translation>
    </message>
    <message>
        <source>Errors of both solutions on both texts</source>
        <translation>Fehler beider Lösungen auf beiden Texten</translation>
    </message>
    <message>
        <source>Does it matter which text calibrates? Choose another one, and compare.</source>
        <translation>Kommt es darauf an, welcher Text kalibriert? Einen anderen wählen und vergleichen.</translation>
    </message>
    <message>
        <source>Layers calibrated by either text</source>
        <translation>Schichten, von jedem der beiden Texte kalibriert</translation>
    </message>
    <message>
        <source>%1; A: %2; B: %3</source>
        <translation>%1; A: %2; B: %3</translation>
    </message>
    <message>
        <source>on A, from A</source>
        <translation>auf A, aus A</translation>
    </message>
    <message>
        <source>on A, from B</source>
        <translation>auf A, aus B</translation>
    </message>
    <message>
        <source>on B, from B</source>
        <translation>auf B, aus B</translation>
    </message>
    <message>
        <source>on B, from A</source>
        <translation>auf B, aus A</translation>
    </message>
    <message>
        <source>Quantizing with either text …</source>
        <translation>Mit beiden Texten wird quantisiert …</translation>
    </message>
    <message>
        <source>Both texts give the same weights: it does not matter which one calibrates.</source>
        <translation>Beide Texte ergeben dieselben Gewichte: es ist gleich, welcher kalibriert.</translation>
    </message>
    <message>
        <source>Calibrated on B instead of A, the error on A is %1 times as large; calibrated on A instead of B, the error on B is %2 times as large (geometric means over the layers).</source>
        <translation>Mit B statt A kalibriert, ist der Fehler auf A %1-mal so groß; mit A statt B kalibriert, ist der Fehler auf B %2-mal so groß (geometrische Mittel über die Schichten).</translation>
    </message>
    <message>
        <source>Output error</source>
        <translation>Ausgabefehler</translation>
    </message>
</context>
<context>
    <name>salient::CalibrationAbWorkflow</name>
    <message>
        <source>%1 (%2 × %3 tokens, seed %4)</source>
        <translation>%1 (%2 × %3 Token, Startwert %4)</translation>
    </message>
    <message>
        <source>Open a model first.</source>
        <translation>Zuerst ein Modell öffnen.</translation>
    </message>
    <message>
        <source>This recipe takes the inputs of layers from a file, in place of a calibration text.</source>
        <translation>Dieses Rezept nimmt die Eingaben der Schichten aus einer Datei statt aus einem Kalibriertext.</translation>
    </message>
    <message>
        <source>Choose the calibration text first: it is text A.</source>
        <translation>Zuerst den Kalibriertext wählen: er ist Text A.</translation>
    </message>
    <message>
        <source>The recipe has no method to compare with: add one on the Quantize page.</source>
        <translation>Das Rezept hat kein Verfahren für den Vergleich: auf der Seite Quantisieren eines hinzufügen.</translation>
    </message>
    <message>
        <source>Compare %1 with %2</source>
        <translation>%1 mit %2 vergleichen</translation>
    </message>
</context>
<context>
    <name>salient::CalibrationPanel</name>
    <message>
        <source>Calibrate</source>
        <translation>Kalibrieren</translation>
    </message>
    <message>
        <source>A .txt or .jsonl file</source>
        <translation>Eine Datei .txt oder .jsonl</translation>
    </message>
    <message>
        <source>Plain text, or JSON lines with a &quot;text&quot; field</source>
        <translation>Reiner Text oder JSON-Zeilen mit einem Feld „text“</translation>
    </message>
    <message>
        <source>How many windows of text to run. More give steadier statistics; 128 is the published choice</source>
        <translation>Wie viele Fenster des Texts gerechnet werden. Mehr ergeben stabilere Statistiken; veröffentlicht wurde mit 128</translation>
    </message>
    <message>
        <source>Tokens per window, at most what the model can read</source>
        <translation>Token pro Fenster, höchstens so viele, wie das Modell lesen kann</translation>
    </message>
    <message>
        <source> tokens</source>
        <translation> Token</translation>
    </message>
    <message>
        <source>Of the choice of windows: the same seed gives the same windows on every machine</source>
        <translation>Für die Auswahl der Fenster: derselbe Startwert ergibt auf jedem Rechner dieselben Fenster</translation>
    </message>
    <message>
        <source>float32</source>
        <translation>float32</translation>
    </message>
    <message>
        <source>bfloat16 (faster)</source>
        <translation>bfloat16 (schneller)</translation>
    </message>
    <message>
        <source>Precision of the large products of the forward pass; sums are float32 either way</source>
        <translation>Genauigkeit der großen Produkte im Vorwärtsdurchlauf; Summen sind immer float32</translation>
    </message>
    <message>
        <source>Choose…</source>
        <translation>Wählen…</translation>
    </message>
    <message>
        <source>Choose the calibration text</source>
        <translation>Den Kalibriertext wählen</translation>
    </message>
    <message>
        <source>Calibration text</source>
        <translation>Kalibriertext</translation>
    </message>
    <message>
        <source>Windows</source>
        <translation>Fenster</translation>
    </message>
    <message>
        <source>Window length</source>
        <translation>Fensterlänge</translation>
    </message>
    <message>
        <source>Seed</source>
        <translation>Startwert</translation>
    </message>
    <message>
        <source>Precision</source>
        <translation>Genauigkeit</translation>
    </message>
    <message>
        <source>Run the windows through the model and gather statistics of every layer&apos;s input</source>
        <translation>Die Fenster durch das Modell schicken und Statistiken der Eingaben jeder Schicht sammeln</translation>
    </message>
    <message>
        <source>Chosen windows</source>
        <translation>Gewählte Fenster</translation>
    </message>
    <message>
        <source>Text of the chosen window</source>
        <translation>Text des gewählten Fensters</translation>
    </message>
    <message>
        <source>Choose a window above to read it whole.</source>
        <translation>Oben ein Fenster wählen, um es ganz zu lesen.</translation>
    </message>
    <message>
        <source>calibration text</source>
        <translation>Kalibriertext</translation>
    </message>
    <message>
        <source>number of windows</source>
        <translation>Anzahl der Fenster</translation>
    </message>
    <message>
        <source>window length</source>
        <translation>Fensterlänge</translation>
    </message>
    <message>
        <source>seed</source>
        <translation>Startwert</translation>
    </message>
    <message>
        <source>precision</source>
        <translation>Genauigkeit</translation>
    </message>
    <message>
        <source>Calibrating…</source>
        <translation>Kalibriert…</translation>
    </message>
    <message>
        <source>Calibrate again</source>
        <translation>Neu kalibrieren</translation>
    </message>
    <message>
        <source>Choose a text that resembles what the model will read.</source>
        <translation>Einen Text wählen, der dem ähnelt, was das Modell lesen wird.</translation>
    </message>
    <message numerus="yes">
        <source>%n window(s), %1 of %2 tokens in the text.</source>
        <translation>
            <numerusform>%n Fenster, %1 von %2 Token des Texts.</numerusform>
            <numerusform>%n Fenster, %1 von %2 Token des Texts.</numerusform>
        </translation>
    </message>
    <message>
        <source>The text holds fewer windows than the %1 asked for.</source>
        <translation>Der Text enthält weniger als die gewünschten %1 Fenster.</translation>
    </message>
    <message>
        <source>Not calibrated yet.</source>
        <translation>Noch nicht kalibriert.</translation>
    </message>
    <message>
        <source>Calibrated on %1 tokens in %2. Next: look at the channels, or quantize.</source>
        <translation>Kalibriert mit %1 Token in %2. Weiter: Kanäle ansehen oder quantisieren.</translation>
    </message>
    <message>
        <source>Calibrated with other settings. Calibrate again to use these.</source>
        <translation>Mit anderen Einstellungen kalibriert. Neu kalibrieren, damit diese gelten.</translation>
    </message>
    <message>
        <source>The chosen windows of the text</source>
        <translation>Die gewählten Fenster des Texts</translation>
    </message>
    <message>
        <source>Convergence</source>
        <translation>Konvergenz</translation>
    </message>
    <message>
        <source>Whether the windows are enough for the chosen layer</source>
        <translation>Ob die Fenster für die gewählte Schicht genügen</translation>
    </message>
    <message>
        <source>Another text</source>
        <translation>Anderer Text</translation>
    </message>
    <message>
        <source>Whether another text would calibrate as well</source>
        <translation>Ob ein anderer Text ebenso gut kalibrieren würde</translation>
    </message>
    <message>
        <source>What is run</source>
        <translation>Was durch das Modell läuft</translation>
    </message>
    <message>
        <source>Memory and time</source>
        <translation>Speicher und Dauer</translation>
    </message>
    <message>
        <source>State of the calibration</source>
        <translation>Stand der Kalibrierung</translation>
    </message>
    <message>
        <source>Choose a calibration text to see its windows.</source>
        <translation>Einen Kalibriertext wählen, um seine Fenster zu sehen.</translation>
    </message>
</context>
<context>
    <name>salient::ChannelTableModel</name>
    <message>
        <source>salient</source>
        <translation>herausragend</translation>
    </message>
    <message>
        <source>–</source>
        <translation>–</translation>
    </message>
    <message>
        <source>Channel</source>
        <translation>Kanal</translation>
    </message>
    <message>
        <source>Min x</source>
        <translation>Min x</translation>
    </message>
    <message>
        <source>Max x</source>
        <translation>Max x</translation>
    </message>
    <message>
        <source>Max |x|</source>
        <translation>Max |x|</translation>
    </message>
    <message>
        <source>Mean |x|</source>
        <translation>Mittleres |x|</translation>
    </message>
    <message>
        <source>%1 % |x|</source>
        <translation>%1 % |x|</translation>
    </message>
    <message>
        <source>Max |w|</source>
        <translation>Max |w|</translation>
    </message>
    <message>
        <source>Salient</source>
        <translation>Herausragend</translation>
    </message>
    <message>
        <source>Input channel: a column of the weight, counted from 0</source>
        <translation>Eingangskanal: eine Spalte der Gewichte, gezählt ab 0</translation>
    </message>
    <message>
        <source>Smallest activation over all calibration tokens (no unit)</source>
        <translation>Kleinste Aktivierung über alle Kalibriertoken (ohne Einheit)</translation>
    </message>
    <message>
        <source>Largest activation over all calibration tokens (no unit)</source>
        <translation>Größte Aktivierung über alle Kalibriertoken (ohne Einheit)</translation>
    </message>
    <message>
        <source>Largest magnitude of an activation over all calibration tokens (no unit)</source>
        <translation>Größter Betrag einer Aktivierung über alle Kalibriertoken (ohne Einheit)</translation>
    </message>
    <message>
        <source>Mean magnitude of the activations: what AWQ takes its scales from (no unit)</source>
        <translation>Mittlerer Betrag der Aktivierungen: daraus bildet AWQ seine Skalierungen (ohne Einheit)</translation>
    </message>
    <message>
        <source>%1 % of this channel&apos;s activations have a smaller magnitude (no unit; exact to half an octave)</source>
        <translation>%1 % der Aktivierungen dieses Kanals haben einen kleineren Betrag (ohne Einheit; auf eine halbe Oktave genau)</translation>
    </message>
    <message>
        <source>Largest magnitude in this column of the weights that read the channel (no unit)</source>
        <translation>Größter Betrag in dieser Spalte der Gewichte, die den Kanal lesen (ohne Einheit)</translation>
    </message>
    <message>
        <source>Whether the channel is among those with the largest mean magnitude</source>
        <translation>Ob der Kanal zu denen mit dem größten mittleren Betrag gehört</translation>
    </message>
</context>
<context>
    <name>salient::ChannelsPanel</name>
    <message>
        <source>&amp;Logarithmic</source>
        <translation>&amp;Logarithmisch</translation>
    </message>
    <message>
        <source>Channels</source>
        <translation>Kanäle</translation>
    </message>
    <message>
        <source>Origin of the largest activation</source>
        <translation>Herkunft der größten Aktivierung</translation>
    </message>
    <message>
        <source>Calibrate a model and choose a layer to see its channels.</source>
        <translation>Ein Modell kalibrieren und eine Schicht wählen, um ihre Kanäle zu sehen.</translation>
    </message>
    <message>
        <source>Index</source>
        <translation>Index</translation>
    </message>
    <message>
        <source>Mean |x|, largest first</source>
        <translation>Mittleres |x|, größtes zuerst</translation>
    </message>
    <message>
        <source>Max |x|, largest first</source>
        <translation>Max |x|, größtes zuerst</translation>
    </message>
    <message>
        <source>Max |w|, largest first</source>
        <translation>Max |w|, größtes zuerst</translation>
    </message>
    <message>
        <source>Order of the channels in both charts</source>
        <translation>Reihenfolge der Kanäle in beiden Diagrammen</translation>
    </message>
    <message>
        <source>Logarithmic axis for magnitudes (no unit)</source>
        <translation>Logarithmische Achse für Beträge (ohne Einheit)</translation>
    </message>
    <message>
        <source> %</source>
        <translation> %</translation>
    </message>
    <message>
        <source>Percentile of |x| shown beside maximum and mean, in percent of the calibration tokens</source>
        <translation>Perzentil von |x|, das neben Maximum und Mittelwert gezeigt wird, in Prozent der Kalibriertoken</translation>
    </message>
    <message>
        <source>Share of channels counted as salient, in percent: those with the largest mean |x| (AWQ: about 1 %)</source>
        <translation>Anteil der Kanäle, die als herausragend gelten, in Prozent: die mit dem größten mittleren |x| (AWQ: etwa 1 %)</translation>
    </message>
    <message>
        <source>Salient share</source>
        <translation>Anteil herausragender Kanäle</translation>
    </message>
    <message>
        <source>&amp;Order</source>
        <translation>&amp;Reihenfolge</translation>
    </message>
    <message>
        <source>&amp;Percentile</source>
        <translation>&amp;Perzentil</translation>
    </message>
    <message>
        <source>&amp;Salient share</source>
        <translation>Anteil herausra&amp;gend</translation>
    </message>
    <message>
        <source>%1: %2 of %3 channels salient, with %4 % of the mean activation magnitude, over %5 tokens.</source>
        <translation>%1: %2 von %3 Kanälen herausragend, mit %4 % des mittleren Betrags der Aktivierungen, über %5 Token.</translation>
    </message>
    <message>
        <source>input channel</source>
        <translation>Eingangskanal</translation>
    </message>
    <message>
        <source>rank of the input channel</source>
        <translation>Rang des Eingangskanals</translation>
    </message>
    <message>
        <source>Activations</source>
        <translation>Aktivierungen</translation>
    </message>
    <message>
        <source>Weights</source>
        <translation>Gewichte</translation>
    </message>
    <message>
        <source>magnitude |x|</source>
        <translation>Betrag |x|</translation>
    </message>
    <message>
        <source>activation x</source>
        <translation>Aktivierung x</translation>
    </message>
    <message>
        <source>largest |w|</source>
        <translation>größtes |w|</translation>
    </message>
    <message>
        <source>max |x|</source>
        <translation>max |x|</translation>
    </message>
    <message>
        <source>mean |x|</source>
        <translation>mittl. |x|</translation>
    </message>
    <message>
        <source>%1 %</source>
        <translation>%1 %</translation>
    </message>
    <message>
        <source>min … max</source>
        <translation>min … max</translation>
    </message>
    <message>
        <source>salient</source>
        <translation>herausragend</translation>
    </message>
    <message>
        <source>channel</source>
        <translation>Kanal</translation>
    </message>
    <message>
        <source>max |w|</source>
        <translation>max |w|</translation>
    </message>
    <message>
        <source>channel %1</source>
        <translation>Kanal %1</translation>
    </message>
    <message>
        <source>tokens</source>
        <translation>Token</translation>
    </message>
    <message>
        <source>Histogram</source>
        <translation>Histogramm</translation>
    </message>
    <message>
        <source>Choose a channel in a chart or in the table.</source>
        <translation>Einen Kanal in einem Diagramm oder in der Tabelle wählen.</translation>
    </message>
    <message>
        <source>Histogram of channel %1</source>
        <translation>Histogramm von Kanal %1</translation>
    </message>
    <message>
        <source>mean %1</source>
        <translation>Mittelwert %1</translation>
    </message>
    <message>
        <source>Every input channel over all tokens</source>
        <translation>Jeder Eingangskanal über alle Token</translation>
    </message>
    <message>
        <source>Tokens</source>
        <translation>Token</translation>
    </message>
    <message>
        <source>Every channel at each token of one window</source>
        <translation>Jeder Kanal bei jedem Token eines Fensters</translation>
    </message>
    <message>
        <source>Spectrum</source>
        <translation>Spektrum</translation>
    </message>
    <message>
        <source>The eigenvalues of the layer&apos;s Hessian, and the damping</source>
        <translation>Die Eigenwerte der Hesse-Matrix der Schicht und die Dämpfung</translation>
    </message>
    <message>
        <source>Salient channels</source>
        <translation>Herausragende Kanäle</translation>
    </message>
</context>
<context>
    <name>salient::Chart</name>
    <message>
        <source>Nothing to show yet</source>
        <translation>Noch nichts zu zeigen</translation>
    </message>
    <message>
        <source>Chart</source>
        <translation>Diagramm</translation>
    </message>
    <message>
        <source>Wheel or + and −: zoom. Drag: move. 0 or double click: show all.
Left and Right: next point. Click or Return: choose it.</source>
        <translation>Mausrad oder + und −: Zoom. Ziehen: verschieben. 0 oder Doppelklick: alles zeigen.
Links und Rechts: nächster Punkt. Klick oder Eingabetaste: auswählen.</translation>
    </message>
    <message>
        <source>Copy data</source>
        <translation>Daten kopieren</translation>
    </message>
    <message>
        <source>Copy picture</source>
        <translation>Bild kopieren</translation>
    </message>
    <message>
        <source>Save as figure…</source>
        <translation>Als Abbildung speichern…</translation>
    </message>
    <message>
        <source>Show all</source>
        <translation>Alles zeigen</translation>
    </message>
</context>
<context>
    <name>salient::ChooserView</name>
    <message>
        <source>No row of the table fits all of this. Ease one of the answers.</source>
        <translation>Keine Zeile der Tabelle passt zu alldem. Eine der Antworten lockern.</translation>
    </message>
    <message>
        <source>Whatever</source>
        <translation>Egal</translation>
    </message>
    <message>
        <source>What fits</source>
        <translation>Was passt</translation>
    </message>
</context>
<context>
    <name>salient::ClipPanel</name>
    <message>
        <source>Weights, scaled, within their group</source>
        <translation>Gewichte, skaliert, innerhalb ihrer Gruppe</translation>
    </message>
    <message>
        <source>|w| as a share of the group&apos;s largest</source>
        <translation>|w| als Anteil am größten der Gruppe</translation>
    </message>
    <message>
        <source>weights</source>
        <translation>Gewichte</translation>
    </message>
    <message>
        <source>Clip, share of the group&apos;s largest weight</source>
        <translation>Clip, Anteil am größten Gewicht der Gruppe</translation>
    </message>
    <message>
        <source>What the clip does to the error</source>
        <translation>Was der Clip am Fehler ändert</translation>
    </message>
    <message>
        <source>Clip at</source>
        <translation>Clip bei</translation>
    </message>
    <message>
        <source>Only AWQ clips weights: choose it as the method.</source>
        <translation>Nur AWQ beschneidet Gewichte: als Verfahren AWQ wählen.</translation>
    </message>
    <message>
        <source>&lt;b&gt;%1 % output error&lt;/b&gt; clipped here</source>
        <translation>&lt;b&gt;%1 % Ausgabefehler&lt;/b&gt; mit diesem Clip</translation>
    </message>
    <message>
        <source>%1 % not clipped</source>
        <translation>%1 % ohne Clip</translation>
    </message>
    <message>
        <source>%1 % with AWQ&apos;s own search, group by group</source>
        <translation>%1 % mit der Suche von AWQ selbst, Gruppe für Gruppe</translation>
    </message>
    <message>
        <source>%1 % of the weights are cut</source>
        <translation>%1 % der Gewichte werden beschnitten</translation>
    </message>
    <message>
        <source>clip %1 %</source>
        <translation>Clip %1 %</translation>
    </message>
    <message>
        <source>Clip this input</source>
        <translation>Diese Eingabe clippen</translation>
    </message>
    <message>
        <source>Clip all like this</source>
        <translation>Alle gleichen clippen</translation>
    </message>
    <message>
        <source>Where the range of every group of weights is cut, as a share of its largest |w| (no unit).
Right: no clip. A click on the chart sets it, too.</source>
        <translation>Wo der Bereich jeder Gruppe von Gewichten beschnitten wird, als Anteil an ihrem größten |w| (ohne Einheit).
Rechts: kein Clip. Ein Klick in das Diagramm setzt ihn ebenfalls.</translation>
    </message>
    <message>
        <source>Write this clip into the recipe, in place of AWQ&apos;s search, for the layers that share this input</source>
        <translation>Diesen Clip anstelle der Suche von AWQ ins Rezept schreiben, für die Schichten mit dieser Eingabe</translation>
    </message>
    <message>
        <source>Write this clip into the recipe, in place of AWQ&apos;s search, for the same layers of every block</source>
        <translation>Diesen Clip anstelle der Suche von AWQ ins Rezept schreiben, für dieselben Schichten jedes Blocks</translation>
    </message>
    <message>
        <source>Choose a layer to tune.</source>
        <translation>Eine Schicht wählen, um sie abzustimmen.</translation>
    </message>
</context>
<context>
    <name>salient::ColourBar</name>
    <message>
        <source>Colour legend</source>
        <translation>Farblegende</translation>
    </message>
    <message>
        <source>from %1 to %2</source>
        <translation>von %1 bis %2</translation>
    </message>
    <message>
        <source>Colours from %1 to %2. Values beyond an end have the colour of that end; magenta is not a number.</source>
        <translation>Farben von %1 bis %2. Werte jenseits eines Endes haben dessen Farbe; Magenta ist keine Zahl.</translation>
    </message>
</context>
<context>
    <name>salient::CommandPalette</name>
    <message>
        <source>Command palette</source>
        <translation>Befehlspalette</translation>
    </message>
    <message>
        <source>What do you want to do? A command, a view, a layer …</source>
        <translation>Was soll geschehen? Ein Befehl, eine Ansicht, eine Schicht …</translation>
    </message>
    <message>
        <source>Search commands</source>
        <translation>Befehle suchen</translation>
    </message>
    <message>
        <source>Matching commands</source>
        <translation>Passende Befehle</translation>
    </message>
    <message>
        <source>Nothing is called so. Try another word, or fewer letters.</source>
        <translation>Nichts heißt so. Ein anderes Wort versuchen, oder weniger Buchstaben.</translation>
    </message>
</context>
<context>
    <name>salient::ComparePanel</name>
    <message>
        <source>Notes on the chosen result</source>
        <translation>Anmerkungen zum gewählten Ergebnis</translation>
    </message>
    <message>
        <source>Measure perplexity</source>
        <translation>Perplexität messen</translation>
    </message>
    <message>
        <source>Export the chosen one…</source>
        <translation>Gewähltes exportieren…</translation>
    </message>
    <message>
        <source>Methods and layers</source>
        <translation>Verfahren und Schichten</translation>
    </message>
    <message>
        <source>Error maps</source>
        <translation>Fehlerkarten</translation>
    </message>
    <message>
        <source>Diagnosis</source>
        <translation>Diagnose</translation>
    </message>
    <message>
        <source>Methods and their metrics</source>
        <translation>Verfahren und ihre Messwerte</translation>
    </message>
    <message>
        <source>Run the evaluation text through the original and every run that has no figure yet</source>
        <translation>Den Bewertungstext durch das Original und jeden Lauf schicken, der noch keinen Messwert hat</translation>
    </message>
    <message>
        <source>Copy table</source>
        <translation>Tabelle kopieren</translation>
    </message>
    <message>
        <source>Put the table on the clipboard as comma-separated values, with every digit</source>
        <translation>Die Tabelle mit allen Stellen als kommagetrennte Werte in die Zwischenablage legen</translation>
    </message>
    <message>
        <source>Write the method chosen in the table as a checkpoint that other programs load</source>
        <translation>Das in der Tabelle gewählte Verfahren als Checkpoint schreiben, den andere Programme laden</translation>
    </message>
    <message>
        <source>How perplexity was measured</source>
        <translation>Wie die Perplexität gemessen wurde</translation>
    </message>
    <message>
        <source>Choose a method to see its layers before (plain rounding on the same grid) and after.</source>
        <translation>Ein Verfahren wählen, um seine Schichten vorher (einfaches Runden auf demselben Raster) und nachher zu sehen.</translation>
    </message>
    <message>
        <source>layer, in order of computation</source>
        <translation>Schicht, in der Reihenfolge der Rechnung</translation>
    </message>
    <message>
        <source>error, %</source>
        <translation>Fehler, %</translation>
    </message>
    <message>
        <source>layer</source>
        <translation>Schicht</translation>
    </message>
    <message>
        <source>Relative output error of every layer, %</source>
        <translation>Relativer Ausgabefehler jeder Schicht, %</translation>
    </message>
    <message>
        <source>Quantize to see the error of every layer.</source>
        <translation>Quantisieren, um den Fehler jeder Schicht zu sehen.</translation>
    </message>
    <message>
        <source>Layer %1: %2. Click to look at it.</source>
        <translation>Schicht %1: %2. Klicken, um sie anzusehen.</translation>
    </message>
    <message>
        <source>Perplexity: %1</source>
        <translation>Perplexität: %1</translation>
    </message>
    <message>
        <source>nearest rounding, same grid</source>
        <translation>einfaches Runden, selbes Raster</translation>
    </message>
    <message>
        <source>%1: every layer before and after. Choose “Original” to see all methods.</source>
        <translation>%1: jede Schicht vorher und nachher. „Original“ wählen, um alle Verfahren zu sehen.</translation>
    </message>
    <message>
        <source>All methods, layer by layer. Choose one in the table to see it before and after.</source>
        <translation>Alle Verfahren, Schicht für Schicht. Eines in der Tabelle wählen, um es vorher und nachher zu sehen.</translation>
    </message>
    <message>
        <source>Adds how far each method is from this one, in the table and in the error maps</source>
        <translation>Zeigt, wie weit jedes Verfahren von diesem entfernt ist, in der Tabelle und in den Fehlerkarten</translation>
    </message>
    <message>
        <source>Baseline of the table</source>
        <translation>Bezug der Tabelle</translation>
    </message>
    <message>
        <source>In 16 bits with %1.</source>
        <translation>In 16 Bit bei %1.</translation>
    </message>
    <message>
        <source>no baseline</source>
        <translation>kein Bezug</translation>
    </message>
    <message>
        <source>Δ to %1</source>
        <translation>Δ zu %1</translation>
    </message>
</context>
<context>
    <name>salient::ConvergencePanel</name>
    <message>
        <source>Measure convergence</source>
        <translation>Konvergenz messen</translation>
    </message>
    <message>
        <source>Runs a quarter, a half and all of the windows up to the chosen layer, and solves it by GPTQ with the Hessian of each part</source>
        <translation>Rechnet ein Viertel, die Hälfte und alle Fenster bis zur gewählten Schicht und löst diese mit GPTQ und der Hesse-Matrix jedes Teils</translation>
    </message>
    <message>
        <source>Convergence</source>
        <translation>Konvergenz</translation>
    </message>
    <message>
        <source>How far H is from that of all windows</source>
        <translation>Wie weit H von dem aller Fenster abweicht</translation>
    </message>
    <message>
        <source>windows</source>
        <translation>Fenster</translation>
    </message>
    <message>
        <source>relative change of H</source>
        <translation>relative Änderung von H</translation>
    </message>
    <message>
        <source>Parts of the calibration set</source>
        <translation>Teile der Kalibrierfenster</translation>
    </message>
    <message>
        <source>Running the windows up to %1 …</source>
        <translation>Die Fenster werden bis %1 gerechnet …</translation>
    </message>
    <message>
        <source>Calibrate first, and choose a layer in the model map.</source>
        <translation>Erst kalibrieren, dann eine Schicht in der Modellkarte wählen.</translation>
    </message>
    <message>
        <source>Windows</source>
        <translation>Fenster</translation>
    </message>
    <message>
        <source>Tokens</source>
        <translation>Token</translation>
    </message>
    <message>
        <source>Output error</source>
        <translation>Ausgabefehler</translation>
    </message>
    <message>
        <source>H of %1</source>
        <translation>H von %1</translation>
    </message>
    <message>
        <source>%1 by GPTQ, judged on all %2 windows: solved from %3 of them its output error is %4, from all %5.</source>
        <translation>%1 mit GPTQ, beurteilt an allen %2 Fenstern: aus %3 davon gelöst, ist der Ausgabefehler %4, aus allen %5.</translation>
    </message>
    <message>
        <source>Is the calibration set large enough? Measure how much the Hessian still changes.</source>
        <translation>Sind es genug Kalibrierfenster? Messen, wie sehr sich die Hesse-Matrix noch ändert.</translation>
    </message>
</context>
<context>
    <name>salient::DiagnosisPanel</name>
    <message>
        <source>Result to diagnose</source>
        <translation>Zu untersuchendes Ergebnis</translation>
    </message>
    <message>
        <source>Whose error in the chosen layer is explained</source>
        <translation>Wessen Fehler in der gewählten Schicht erklärt wird</translation>
    </message>
    <message>
        <source>Worst layer</source>
        <translation>Schlechteste Schicht</translation>
    </message>
    <message>
        <source>What is diagnosed</source>
        <translation>Was untersucht wird</translation>
    </message>
    <message>
        <source>Looking …</source>
        <translation>Wird untersucht …</translation>
    </message>
    <message>
        <source>%1 — %2: output error %3</source>
        <translation>%1 — %2: Ausgabefehler %3</translation>
    </message>
    <message>
        <source>Nothing stands out in this layer: its error is spread over channels, rows and groups as rounding spreads it. More bits or smaller groups lower it evenly.</source>
        <translation>In dieser Schicht fällt nichts auf: ihr Fehler verteilt sich auf Kanäle, Zeilen und Gruppen, wie Runden ihn verteilt. Mehr Bits oder kleinere Gruppen senken ihn gleichmäßig.</translation>
    </message>
    <message>
        <source>Its largest value came in window %1, token %2.</source>
        <translation>Sein größter Wert trat in Fenster %1, Token %2 auf.</translation>
    </message>
    <message>
        <source>Show channel %1</source>
        <translation>Kanal %1 zeigen</translation>
    </message>
    <message>
        <source>Choose this channel in every view, with the text around its largest value on the Channels page</source>
        <translation>Diesen Kanal in allen Ansichten wählen; der Text um seinen größten Wert steht auf der Seite Kanäle</translation>
    </message>
    <message>
        <source>Try it: %1</source>
        <translation>Ausprobieren: %1</translation>
    </message>
    <message>
        <source>Add a run with this one change to the recipe, and run it beside the others</source>
        <translation>Einen Lauf mit nur dieser Änderung ins Rezept aufnehmen und neben den anderen ausführen</translation>
    </message>
    <message>
        <source>%1 — %2: the run ended here</source>
        <translation>%1 — %2: hier endete der Lauf</translation>
    </message>
    <message>
        <source>%1 — %2: the output error is no number</source>
        <translation>%1 — %2: der Ausgabefehler ist keine Zahl</translation>
    </message>
    <message>
        <source>Go to the layer with the largest relative output error of this result, or to the one where the run ended</source>
        <translation>Zur Schicht mit dem größten relativen Ausgabefehler dieses Ergebnisses gehen, oder zu der, in der der Lauf endete</translation>
    </message>
</context>
<context>
    <name>salient::DropDesk</name>
    <message>
        <source>Not opened</source>
        <translation>Nicht geöffnet</translation>
    </message>
    <message>
        <source>No model yet</source>
        <translation>Noch kein Modell</translation>
    </message>
    <message>
        <source>A text is run through a model: open one first, or drop it together with the text.</source>
        <translation>Ein Text wird durch ein Modell geschickt: erst eines öffnen oder es zusammen mit dem Text hierher ziehen.</translation>
    </message>
    <message>
        <source>Evaluation text</source>
        <translation>Bewertungstext</translation>
    </message>
    <message>
        <source>%1 is what results are measured on now. Dropped on the Calibrate page, a text is calibrated on.</source>
        <translation>Ergebnisse werden jetzt an %1 gemessen. Auf der Seite Kalibrieren abgelegt, dient ein Text der Kalibrierung.</translation>
    </message>
    <message>
        <source>%1 to calibrate on, %2 to evaluate on.</source>
        <translation>Kalibriert wird mit %1, bewertet mit %2.</translation>
    </message>
    <message>
        <source>Not used: %1</source>
        <translation>Nicht verwendet: %1</translation>
    </message>
    <message>
        <source>Texts</source>
        <translation>Texte</translation>
    </message>
    <message>
        <source>evaluation text</source>
        <translation>Bewertungstext</translation>
    </message>
    <message>
        <source>Only one model and one folder of lessons can be opened at a time. Left out: %1</source>
        <translation>Auf einmal lassen sich nur ein Modell und ein Ordner mit Lektionen öffnen. Ausgelassen: %1</translation>
    </message>
</context>
<context>
    <name>salient::ErrorMapsPanel</name>
    <message>
        <source>Weight error, ŵ − w</source>
        <translation>Gewichtsfehler, ŵ − w</translation>
    </message>
    <message>
        <source>Contribution to the output error</source>
        <translation>Beitrag zum Ausgabefehler</translation>
    </message>
    <message>
        <source>Weight error: how far each weight moved. Contribution to the output error: D ∘ (D H), what each weight adds to tr(D H Dᵀ); a negative one makes up for others</source>
        <translation>Gewichtsfehler: wie weit sich jedes Gewicht bewegt hat. Beitrag zum Ausgabefehler: D ∘ (D H), was jedes Gewicht zu tr(D H Dᵀ) beiträgt; ein negativer Beitrag gleicht andere aus</translation>
    </message>
    <message>
        <source>What the maps show</source>
        <translation>Was die Karten zeigen</translation>
    </message>
    <message>
        <source>side by side</source>
        <translation>nebeneinander</translation>
    </message>
    <message>
        <source>swipe</source>
        <translation>wischen</translation>
    </message>
    <message>
        <source>blink</source>
        <translation>blinken</translation>
    </message>
    <message>
        <source>Swipe: the first two maps in one picture, left and right of a divider that [ and ] move. Blink: the two in turn, in place</source>
        <translation>Wischen: die ersten zwei Karten in einem Bild, links und rechts einer Trennlinie, die [ und ] verschieben. Blinken: die zwei abwechselnd am selben Platz</translation>
    </message>
    <message>
        <source>Arrangement of the maps</source>
        <translation>Anordnung der Karten</translation>
    </message>
    <message>
        <source>Show how the others differ from this one, cell by cell; zero is where they agree</source>
        <translation>Zeigen, wie sich die anderen von dieser unterscheiden, Zelle für Zelle; bei null stimmen sie überein</translation>
    </message>
    <message>
        <source>Baseline</source>
        <translation>Bezug</translation>
    </message>
    <message>
        <source>Methods shown</source>
        <translation>Gezeigte Verfahren</translation>
    </message>
    <message>
        <source>Up to four methods side by side</source>
        <translation>Bis zu vier Verfahren nebeneinander</translation>
    </message>
    <message>
        <source>Show</source>
        <translation>Zeigen</translation>
    </message>
    <message>
        <source>output row</source>
        <translation>Ausgangszeile</translation>
    </message>
    <message>
        <source>input channel</source>
        <translation>Eingangskanal</translation>
    </message>
    <message>
        <source>per input channel</source>
        <translation>pro Eingangskanal</translation>
    </message>
    <message>
        <source>per output row</source>
        <translation>pro Ausgangszeile</translation>
    </message>
    <message>
        <source>What each input channel, or each output row, adds to the relative output error, in percent</source>
        <translation>Was jeder Eingangskanal oder jede Ausgangszeile zum relativen Ausgabefehler beiträgt, in Prozent</translation>
    </message>
    <message>
        <source>Axis of the profile</source>
        <translation>Achse des Profils</translation>
    </message>
    <message>
        <source>Output error per channel or row</source>
        <translation>Ausgabefehler pro Kanal oder Zeile</translation>
    </message>
    <message>
        <source>Where the output error comes from</source>
        <translation>Woher der Ausgabefehler kommt</translation>
    </message>
    <message>
        <source>no baseline</source>
        <translation>kein Bezug</translation>
    </message>
    <message>
        <source>Δ to %1</source>
        <translation>Δ zu %1</translation>
    </message>
    <message>
        <source>%1 − %2: output error %3 instead of %4</source>
        <translation>%1 − %2: Ausgabefehler %3 statt %4</translation>
    </message>
    <message>
        <source>%1 — output error %2 (weights %3)</source>
        <translation>%1 — Ausgabefehler %2 (Gewichte %3)</translation>
    </message>
    <message>
        <source>%1 — output error %2</source>
        <translation>%1 — Ausgabefehler %2</translation>
    </message>
    <message>
        <source>D ∘ (D H)</source>
        <translation>D ∘ (D H)</translation>
    </message>
    <message>
        <source>ŵ − w</source>
        <translation>ŵ − w</translation>
    </message>
    <message>
        <source>error, %</source>
        <translation>Fehler, %</translation>
    </message>
    <message>
        <source>Linked</source>
        <translation>Gekoppelt</translation>
    </message>
    <message>
        <source>Pressed: the maps share zoom, cursor and colours. Released: each is moved by itself, in colours of its own range</source>
        <translation>Gedrückt: die Karten teilen Zoom, Fadenkreuz und Farben. Gelöst: jede bewegt sich für sich, in den Farben ihres eigenen Bereichs</translation>
    </message>
    <message>
        <source>Methods that are ticked but not shown</source>
        <translation>Angehakte Verfahren, die nicht gezeigt werden</translation>
    </message>
    <message>
        <source>%1 methods are ticked and %2 have room: the first %2 are shown. Untick one of them to see another.</source>
        <translation>%1 Verfahren sind angehakt, Platz ist für %2: gezeigt werden die ersten %2. Eines davon abwählen, um ein anderes zu sehen.</translation>
    </message>
    <message>
        <source>error minus that of the baseline, %</source>
        <translation>Fehler minus Fehler des Bezugs, %</translation>
    </message>
    <message>
        <source>No method is ticked. Tick one under “Methods shown”.</source>
        <translation>Kein Verfahren ist angekreuzt. Eines unter „Gezeigte Verfahren“ ankreuzen.</translation>
    </message>
</context>
<context>
    <name>salient::EvaluatePanel</name>
    <message>
        <source>best for its bits</source>
        <translation>das Beste für seine Bits</translation>
    </message>
    <message>
        <source>Measure perplexity and KL</source>
        <translation>Perplexität und KL messen</translation>
    </message>
    <message>
        <source>Measure layer by layer</source>
        <translation>Schicht für Schicht messen</translation>
    </message>
    <message>
        <source>Other settings for this layer…</source>
        <translation>Anders einstellen…</translation>
    </message>
    <message>
        <source>A .txt or .jsonl file, not the calibration text</source>
        <translation>Eine Datei .txt oder .jsonl, nicht der Kalibriertext</translation>
    </message>
    <message>
        <source>Evaluation text</source>
        <translation>Bewertungstext</translation>
    </message>
    <message>
        <source>The text that is scored</source>
        <translation>Der Text, der bewertet wird</translation>
    </message>
    <message>
        <source>Choose…</source>
        <translation>Wählen…</translation>
    </message>
    <message>
        <source>Protocol</source>
        <translation>Protokoll</translation>
    </message>
    <message>
        <source>Stream: the text as one stream of tokens, cut into windows; a window&apos;s first token is not scored (the published protocol). BOS windows: each window starts with BOS and all its tokens are scored. Second half: windows as llama.cpp cuts them, the second half of each scored</source>
        <translation>Strom: der Text als ein Strom von Token, in Fenster geschnitten; das erste Token eines Fensters wird nicht bewertet (das veröffentlichte Protokoll). BOS-Fenster: jedes Fenster beginnt mit BOS, und alle seine Token werden bewertet. Zweite Hälfte: Fenster, wie llama.cpp sie schneidet, jeweils die zweite Hälfte bewertet</translation>
    </message>
    <message>
        <source> tokens</source>
        <translation> Token</translation>
    </message>
    <message>
        <source>Window length</source>
        <translation>Fensterlänge</translation>
    </message>
    <message>
        <source>Tokens per window</source>
        <translation>Token pro Fenster</translation>
    </message>
    <message>
        <source>whole text</source>
        <translation>ganzer Text</translation>
    </message>
    <message>
        <source> windows</source>
        <translation> Fenster</translation>
    </message>
    <message>
        <source>Evaluation windows</source>
        <translation>Bewertungsfenster</translation>
    </message>
    <message>
        <source>How much of the text is scored; 0: all of it. Compare figures of equal windows only</source>
        <translation>Wie viel des Texts bewertet wird; 0: alles. Nur Messwerte gleicher Fenster vergleichen</translation>
    </message>
    <message>
        <source>Run the text through the original and every result that has no figure yet</source>
        <translation>Den Text durch das Original und jedes Ergebnis schicken, das noch keinen Messwert hat</translation>
    </message>
    <message>
        <source>Protocol of the figures</source>
        <translation>Protokoll der Messwerte</translation>
    </message>
    <message>
        <source>&amp;Text</source>
        <translation>&amp;Text</translation>
    </message>
    <message>
        <source>evaluation text</source>
        <translation>Bewertungstext</translation>
    </message>
    <message>
        <source>evaluation protocol</source>
        <translation>Bewertungsprotokoll</translation>
    </message>
    <message>
        <source>evaluation window length</source>
        <translation>Länge der Bewertungsfenster</translation>
    </message>
    <message>
        <source>evaluation windows</source>
        <translation>Bewertungsfenster</translation>
    </message>
    <message>
        <source>perplexity</source>
        <translation>Perplexität</translation>
    </message>
    <message>
        <source>KL divergence from the original</source>
        <translation>KL-Divergenz vom Original</translation>
    </message>
    <message>
        <source>relative output error</source>
        <translation>relativer Ausgabefehler</translation>
    </message>
    <message>
        <source>Quality</source>
        <translation>Güte</translation>
    </message>
    <message>
        <source>What is shown against the bits; less is better</source>
        <translation>Was über den Bits aufgetragen wird; weniger ist besser</translation>
    </message>
    <message>
        <source>Bits against quality</source>
        <translation>Bits gegen Güte</translation>
    </message>
    <message>
        <source>Quantize, then measure, to see what each method makes of its bits.</source>
        <translation>Quantisieren, dann messen, um zu sehen, was jedes Verfahren aus seinen Bits macht.</translation>
    </message>
    <message>
        <source>Quality:</source>
        <translation>Güte:</translation>
    </message>
    <message>
        <source>Result</source>
        <translation>Ergebnis</translation>
    </message>
    <message>
        <source>Whose layers are shown</source>
        <translation>Wessen Schichten gezeigt werden</translation>
    </message>
    <message>
        <source>Quantize one layer at a time and run the evaluation text each time: half a pass per layer. What is done stays when cancelled</source>
        <translation>Eine Schicht nach der anderen quantisieren und jedes Mal den Bewertungstext rechnen: ein halber Durchlauf pro Schicht. Was fertig ist, bleibt beim Abbrechen erhalten</translation>
    </message>
    <message>
        <source>Go to the model map, where layers get other bits or stay in 16 bits</source>
        <translation>Zur Modellkarte gehen, wo Schichten andere Bits bekommen oder in 16 Bit bleiben</translation>
    </message>
    <message>
        <source>Copy table</source>
        <translation>Tabelle kopieren</translation>
    </message>
    <message>
        <source>Put the table on the clipboard as comma-separated values, with every digit</source>
        <translation>Die Tabelle mit allen Stellen als kommagetrennte Werte in die Zwischenablage legen</translation>
    </message>
    <message>
        <source>layer, in order of computation</source>
        <translation>Schicht, in der Reihenfolge der Rechnung</translation>
    </message>
    <message>
        <source>KL, nats</source>
        <translation>KL, Nat</translation>
    </message>
    <message>
        <source>layer</source>
        <translation>Schicht</translation>
    </message>
    <message>
        <source>What each layer costs when it alone is quantized</source>
        <translation>Was jede Schicht kostet, wenn sie allein quantisiert wird</translation>
    </message>
    <message>
        <source>Measure layer by layer to see what each one costs.</source>
        <translation>Schicht für Schicht messen, um zu sehen, was jede kostet.</translation>
    </message>
    <message>
        <source>Sensitivity of every layer</source>
        <translation>Empfindlichkeit jeder Schicht</translation>
    </message>
    <message>
        <source>Layers and what they cost</source>
        <translation>Schichten und was sie kosten</translation>
    </message>
    <message numerus="yes">
        <source>Original: perplexity %1 on %2; protocol %3, %4 predictions in %n window(s) of %5 tokens, %6.</source>
        <translation>
            <numerusform>Original: Perplexität %1 auf %2; Protokoll %3, %4 Vorhersagen in %n Fenster zu %5 Token, %6.</numerusform>
            <numerusform>Original: Perplexität %1 auf %2; Protokoll %3, %4 Vorhersagen in %n Fenstern zu %5 Token, %6.</numerusform>
        </translation>
    </message>
    <message>
        <source>float32</source>
        <translation>float32</translation>
    </message>
    <message>
        <source>bfloat16</source>
        <translation>bfloat16</translation>
    </message>
    <message>
        <source>Nothing has been measured by this protocol yet.</source>
        <translation>Nach diesem Protokoll wurde noch nichts gemessen.</translation>
    </message>
    <message>
        <source>bits per weight, scales included</source>
        <translation>Bits pro Gewicht mit Skalierungen</translation>
    </message>
    <message>
        <source>relative output error, %</source>
        <translation>relativer Ausgabefehler, %</translation>
    </message>
    <message>
        <source>mean KL, nats</source>
        <translation>mittlere KL, Nat</translation>
    </message>
    <message>
        <source>KL when this layer alone is quantized</source>
        <translation>KL, wenn nur diese Schicht quantisiert ist</translation>
    </message>
    <message>
        <source>What each layer alone costs is not measured yet.</source>
        <translation>Was jede Schicht allein kostet, ist noch nicht gemessen.</translation>
    </message>
    <message>
        <source>%1 of %2 layers measured.</source>
        <translation>%1 von %2 Schichten gemessen.</translation>
    </message>
    <message>
        <source>All layers measured. The table is sorted by what they cost.</source>
        <translation>Alle Schichten gemessen. Die Tabelle ist nach ihren Kosten sortiert.</translation>
    </message>
    <message>
        <source>Time</source>
        <translation>Dauer</translation>
    </message>
    <message>
        <source>Measured layers</source>
        <translation>Gemessene Schichten</translation>
    </message>
    <message>
        <source>Choose the evaluation text</source>
        <translation>Den Bewertungstext wählen</translation>
    </message>
</context>
<context>
    <name>salient::ExportPanel</name>
    <message>
        <source>GPTQ</source>
        <translation>GPTQ</translation>
    </message>
    <message>
        <source>qweight, qzeros, scales, g_idx: AutoGPTQ, GPTQModel, vLLM, Transformers</source>
        <translation>qweight, qzeros, scales, g_idx: AutoGPTQ, GPTQModel, vLLM, Transformers</translation>
    </message>
    <message>
        <source>AWQ</source>
        <translation>AWQ</translation>
    </message>
    <message>
        <source>GEMM packing of AutoAWQ: vLLM, Transformers</source>
        <translation>GEMM-Packung von AutoAWQ: vLLM, Transformers</translation>
    </message>
    <message>
        <source>compressed-tensors</source>
        <translation>compressed-tensors</translation>
    </message>
    <message>
        <source>W4A16 packed or W8A8 int8: vLLM, Transformers</source>
        <translation>W4A16 gepackt oder W8A8 int8: vLLM, Transformers</translation>
    </message>
    <message>
        <source>GGUF</source>
        <translation>GGUF</translation>
    </message>
    <message>
        <source>One file with tokenizer: llama.cpp and what is built on it</source>
        <translation>Eine Datei samt Tokenizer: llama.cpp und was darauf aufbaut</translation>
    </message>
    <message>
        <source>Dequantized safetensors</source>
        <translation>Safetensors, dequantisiert</translation>
    </message>
    <message>
        <source>The rounded weights as 16-bit floats: loads everywhere, saves no space</source>
        <translation>Die gerundeten Gewichte als 16-Bit-Gleitkommazahlen: lädt überall, spart keinen Platz</translation>
    </message>
    <message>
        <source>Q4_0, Q4_1 or Q8_0: the codes as they are</source>
        <translation>Q4_0, Q4_1 oder Q8_0: die Codes, wie sie sind</translation>
    </message>
    <message>
        <source>Q8_0: dequantized, rounded to 8 bits</source>
        <translation>Q8_0: dequantisiert, auf 8 Bit gerundet</translation>
    </message>
    <message>
        <source>Q4_K_M: the weights, rounded to 4.5 bits, some to 6.6</source>
        <translation>Q4_K_M: die Gewichte, auf 4,5 Bit gerundet, einige auf 6,6</translation>
    </message>
    <message>
        <source>Q4_K: the weights, rounded to 4.5 bits</source>
        <translation>Q4_K: die Gewichte, auf 4,5 Bit gerundet</translation>
    </message>
    <message>
        <source>Q6_K: the weights, rounded to 6.6 bits</source>
        <translation>Q6_K: die Gewichte, auf 6,6 Bit gerundet</translation>
    </message>
    <message>
        <source>F16: dequantized</source>
        <translation>F16: dequantisiert</translation>
    </message>
    <message>
        <source>BF16: dequantized</source>
        <translation>BF16: dequantisiert</translation>
    </message>
    <message>
        <source>%1 accepts it</source>
        <translation>%1 nimmt es an</translation>
    </message>
    <message>
        <source>%1 runs it slowly</source>
        <translation>%1 rechnet langsam damit</translation>
    </message>
    <message>
        <source>%1 takes it in part</source>
        <translation>%1 nimmt es zum Teil an</translation>
    </message>
    <message>
        <source>%1 refuses it</source>
        <translation>%1 lehnt es ab</translation>
    </message>
    <message>
        <source>Obstacles and remarks</source>
        <translation>Hindernisse und Anmerkungen</translation>
    </message>
    <message>
        <source>Export and verify</source>
        <translation>Exportieren und prüfen</translation>
    </message>
    <message>
        <source>Open folder</source>
        <translation>Ordner öffnen</translation>
    </message>
    <message>
        <source>Findings of the verification</source>
        <translation>Befunde der Prüfung</translation>
    </message>
    <message>
        <source>Write report</source>
        <translation>Bericht schreiben</translation>
    </message>
    <message>
        <source>Checkpoint</source>
        <translation>Checkpoint</translation>
    </message>
    <message>
        <source>The result to write</source>
        <translation>Das Ergebnis, das geschrieben wird</translation>
    </message>
    <message>
        <source>What other programs will load</source>
        <translation>Was andere Programme laden</translation>
    </message>
    <message>
        <source>Type of the layers</source>
        <translation>Typ der Schichten</translation>
    </message>
    <message>
        <source>What quantized layers become in the file: llama.cpp&apos;s blocks of 32 hold some grids code by code</source>
        <translation>Was aus den quantisierten Schichten in der Datei wird: die 32er-Blöcke von llama.cpp nehmen manche Raster Code für Code auf</translation>
    </message>
    <message>
        <source>A folder that does not exist yet, or is empty</source>
        <translation>Ein Ordner, den es noch nicht gibt oder der leer ist</translation>
    </message>
    <message>
        <source>Written under a temporary name beside it and renamed once complete: a cancelled export leaves nothing</source>
        <translation>Wird daneben unter vorläufigem Namen geschrieben und am Ende umbenannt: ein abgebrochener Export hinterlässt nichts</translation>
    </message>
    <message>
        <source>Choose…</source>
        <translation>Wählen…</translation>
    </message>
    <message>
        <source>Run</source>
        <translation>Lauf</translation>
    </message>
    <message>
        <source>Format</source>
        <translation>Format</translation>
    </message>
    <message>
        <source>Layers</source>
        <translation>Schichten</translation>
    </message>
    <message>
        <source>Folder</source>
        <translation>Ordner</translation>
    </message>
    <message>
        <source>Size</source>
        <translation>Größe</translation>
    </message>
    <message>
        <source>Write the checkpoint, then read it back with code of its own and compare every weight</source>
        <translation>Den Checkpoint schreiben, dann mit eigenem Code zurücklesen und jedes Gewicht vergleichen</translation>
    </message>
    <message>
        <source>Report</source>
        <translation>Bericht</translation>
    </message>
    <message>
        <source>Folder for report.html, report.pdf and report.json</source>
        <translation>Ordner für report.html, report.pdf und report.json</translation>
    </message>
    <message>
        <source>Report folder</source>
        <translation>Ordner des Berichts</translation>
    </message>
    <message>
        <source>Made if it is not there; an earlier report in it is replaced</source>
        <translation>Wird angelegt, wenn es ihn nicht gibt; ein früherer Bericht darin wird ersetzt</translation>
    </message>
    <message>
        <source>Choose a folder for the report</source>
        <translation>Einen Ordner für den Bericht wählen</translation>
    </message>
    <message>
        <source>All results so far with tables and plots, as one page, as PDF and as JSON</source>
        <translation>Alle bisherigen Ergebnisse mit Tabellen und Diagrammen, als Seite, als PDF und als JSON</translation>
    </message>
    <message>
        <source>Tables, plots, settings and calibration of all results so far.</source>
        <translation>Tabellen, Diagramme, Einstellungen und Kalibrierung aller bisherigen Ergebnisse.</translation>
    </message>
    <message>
        <source>Nothing stands in the way of this export.</source>
        <translation>Diesem Export steht nichts im Weg.</translation>
    </message>
    <message>
        <source>about %1</source>
        <translation>etwa %1</translation>
    </message>
    <message>
        <source>Written and verified: %1 of %2 quantized layers read back bit for bit as meant.</source>
        <translation>Geschrieben und geprüft: %1 von %2 quantisierten Schichten Bit für Bit wie beabsichtigt zurückgelesen.</translation>
    </message>
    <message>
        <source>Written, but verification failed: %1 of %2 quantized layers are as meant.</source>
        <translation>Geschrieben, aber die Prüfung ist fehlgeschlagen: %1 von %2 quantisierten Schichten sind wie beabsichtigt.</translation>
    </message>
    <message>
        <source>What quantization did: the layer that moved furthest differs from the original by %1 of its norm</source>
        <translation>Was die Quantisierung bewirkt hat: die am weitesten bewegte Schicht weicht um %1 ihrer Norm vom Original ab</translation>
    </message>
    <message>
        <source>Written: %1</source>
        <translation>Geschrieben: %1</translation>
    </message>
    <message>
        <source>Quantize first: there is nothing to write yet.</source>
        <translation>Erst quantisieren: noch gibt es nichts zu schreiben.</translation>
    </message>
    <message>
        <source>Size of the export</source>
        <translation>Größe des Exports</translation>
    </message>
    <message>
        <source>Result of the verification</source>
        <translation>Ergebnis der Prüfung</translation>
    </message>
    <message>
        <source>Choose where the new folder goes</source>
        <translation>Wählen, wohin der neue Ordner kommt</translation>
    </message>
    <message>
        <source>Show the folder that was written, in the file manager</source>
        <translation>Den geschriebenen Ordner im Dateimanager zeigen</translation>
    </message>
</context>
<context>
    <name>salient::FigureDesk</name>
    <message>
        <source>Save as figure…</source>
        <translation>Als Abbildung speichern…</translation>
    </message>
    <message>
        <source>Copy data</source>
        <translation>Daten kopieren</translation>
    </message>
</context>
<context>
    <name>salient::GptqExampleView</name>
    <message>
        <source>GPTQ, column by column</source>
        <translation>GPTQ, Spalte für Spalte</translation>
    </message>
    <message>
        <source>W, with all updates so far</source>
        <translation>W, mit allen bisherigen Korrekturen</translation>
    </message>
    <message>
        <source>Ŵ, what is rounded already</source>
        <translation>Ŵ, was schon gerundet ist</translation>
    </message>
    <message>
        <source>Error W − Ŵ</source>
        <translation>Fehler W − Ŵ</translation>
    </message>
    <message>
        <source>Update about to be subtracted</source>
        <translation>Korrektur, die gleich abgezogen wird</translation>
    </message>
    <message>
        <source>To the start</source>
        <translation>An den Anfang</translation>
    </message>
    <message>
        <source>Home</source>
        <translation>Pos1</translation>
    </message>
    <message>
        <source>Back one column</source>
        <translation>Eine Spalte zurück</translation>
    </message>
    <message>
        <source>Left</source>
        <translation>Links</translation>
    </message>
    <message>
        <source>On by one column</source>
        <translation>Eine Spalte weiter</translation>
    </message>
    <message>
        <source>Right</source>
        <translation>Rechts</translation>
    </message>
    <message>
        <source>To the end</source>
        <translation>Ans Ende</translation>
    </message>
    <message>
        <source>End</source>
        <translation>Ende</translation>
    </message>
    <message>
        <source>%1 (%2)</source>
        <translation>%1 (%2)</translation>
    </message>
    <message>
        <source>All %1 columns are done</source>
        <translation>Alle %1 Spalten sind fertig</translation>
    </message>
    <message>
        <source>Column %1 is next: %2 of %3 done</source>
        <translation>Als Nächstes Spalte %1: %2 von %3 fertig</translation>
    </message>
    <message>
        <source>Nothing is left to update.</source>
        <translation>Es gibt nichts mehr zu korrigieren.</translation>
    </message>
    <message>
        <source>Row %1, column %2:</source>
        <translation>Zeile %1, Spalte %2:</translation>
    </message>
    <message>
        <source>Loss so far %1. At the end: GPTQ %2, rounding alone %3 (output error ½ tr(D H Dᵀ), in squared output units).</source>
        <translation>Verlust bisher %1. Am Ende: GPTQ %2, Runden allein %3 (Ausgabefehler ½ tr(D H Dᵀ), in quadrierten Ausgabeeinheiten).</translation>
    </message>
</context>
<context>
    <name>salient::HeatmapView</name>
    <message>
        <source>row</source>
        <translation>Zeile</translation>
    </message>
    <message>
        <source>column</source>
        <translation>Spalte</translation>
    </message>
    <message>
        <source>Nothing to show yet</source>
        <translation>Noch nichts zu zeigen</translation>
    </message>
    <message>
        <source>Heatmap</source>
        <translation>Heatmap</translation>
    </message>
    <message>
        <source>Wheel or + and −: zoom. Drag or arrows: move. 0 or double click: show all.
Ctrl+arrows: crosshair. Click or Return: choose a cell. Ctrl+C: copy the value.</source>
        <translation>Mausrad oder + und −: Zoom. Ziehen oder Pfeile: verschieben. 0 oder Doppelklick: alles zeigen.
Strg+Pfeile: Fadenkreuz. Klick oder Eingabetaste: Zelle wählen. Strg+C: Wert kopieren.</translation>
    </message>
    <message>
        <source>Copy value</source>
        <translation>Wert kopieren</translation>
    </message>
    <message>
        <source>Copy picture</source>
        <translation>Bild kopieren</translation>
    </message>
    <message>
        <source>Save as figure…</source>
        <translation>Als Abbildung speichern…</translation>
    </message>
    <message>
        <source>Show all</source>
        <translation>Alles zeigen</translation>
    </message>
    <message>
        <source>save figure: expected at most a million cells in sight for .csv, found %1: zoom in</source>
        <translation>Abbildung speichern: für .csv wird höchstens eine Million sichtbarer Zellen erwartet, gefunden %1: Ausschnitt vergrößern</translation>
    </message>
</context>
<context>
    <name>salient::HelpPanel</name>
    <message>
        <source>Help</source>
        <translation>Hilfe</translation>
    </message>
</context>
<context>
    <name>salient::JobRunner</name>
    <message>
        <source>There is not enough memory for this job.</source>
        <translation>Für diese Aufgabe reicht der Speicher nicht.</translation>
    </message>
</context>
<context>
    <name>salient::JobStatus</name>
    <message>
        <source>Progress of the running job</source>
        <translation>Fortschritt der laufenden Aufgabe</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>Abbrechen</translation>
    </message>
    <message>
        <source>Stop this job; nothing half done is kept</source>
        <translation>Diese Aufgabe beenden; nichts Halbfertiges bleibt zurück</translation>
    </message>
    <message>
        <source>paused</source>
        <translation>angehalten</translation>
    </message>
    <message>
        <source>%1 left</source>
        <translation>noch %1</translation>
    </message>
</context>
<context>
    <name>salient::JobsModel</name>
    <message>
        <source>Waiting</source>
        <translation>Wartet</translation>
    </message>
    <message>
        <source>Running</source>
        <translation>Läuft</translation>
    </message>
    <message>
        <source>Paused</source>
        <translation>Angehalten</translation>
    </message>
    <message>
        <source>Done</source>
        <translation>Fertig</translation>
    </message>
    <message>
        <source>Cancelled</source>
        <translation>Abgebrochen</translation>
    </message>
    <message>
        <source>Failed</source>
        <translation>Fehlgeschlagen</translation>
    </message>
    <message>
        <source>%1, %2 left</source>
        <translation>%1, noch %2</translation>
    </message>
    <message>
        <source>Job</source>
        <translation>Aufgabe</translation>
    </message>
    <message>
        <source>State</source>
        <translation>Zustand</translation>
    </message>
    <message>
        <source>Progress</source>
        <translation>Fortschritt</translation>
    </message>
    <message>
        <source>Time</source>
        <translation>Zeit</translation>
    </message>
    <message>
        <source>What</source>
        <translation>Was</translation>
    </message>
    <message numerus="yes">
        <source>%n warning(s): %1</source>
        <translation>
            <numerusform>%n Warnung: %1</numerusform>
            <numerusform>%n Warnungen: %1</numerusform>
        </translation>
    </message>
    <message>
        <source>Rate</source>
        <translation>Tempo</translation>
    </message>
</context>
<context>
    <name>salient::JobsPanel</name>
    <message>
        <source>Jobs</source>
        <translation>Aufgaben</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>Abbrechen</translation>
    </message>
    <message>
        <source>Stop the chosen job at its next checkpoint; nothing half done is kept</source>
        <translation>Die gewählte Aufgabe an ihrem nächsten Haltepunkt beenden; nichts Halbfertiges bleibt zurück</translation>
    </message>
    <message>
        <source>Cancel all</source>
        <translation>Alle abbrechen</translation>
    </message>
    <message>
        <source>Stop the running job and take back those that wait; what is done is kept</source>
        <translation>Die laufende Aufgabe beenden und die wartenden zurücknehmen; was fertig ist, bleibt</translation>
    </message>
    <message>
        <source>Pause</source>
        <translation>Anhalten</translation>
    </message>
    <message>
        <source>Let the running job wait where it is; nothing is lost</source>
        <translation>Die laufende Aufgabe warten lassen, wo sie ist; nichts geht verloren</translation>
    </message>
    <message>
        <source>Clear finished</source>
        <translation>Fertige entfernen</translation>
    </message>
    <message>
        <source>Remove finished jobs from this list</source>
        <translation>Fertige Aufgaben aus dieser Liste entfernen</translation>
    </message>
    <message>
        <source>Resume</source>
        <translation>Fortsetzen</translation>
    </message>
    <message>
        <source>No job is listed. The menu Run starts one.</source>
        <translation>Keine Aufgabe ist aufgeführt. Das Menü Ausführen startet eine.</translation>
    </message>
</context>
<context>
    <name>salient::LayerTableModel</name>
    <message>
        <source>Layer</source>
        <translation>Schicht</translation>
    </message>
</context>
<context>
    <name>salient::LayerWorkflow</name>
    <message>
        <source>Channels of %1</source>
        <translation>Kanäle von %1</translation>
    </message>
    <message>
        <source>%1, first %2 rows</source>
        <translation>%1, erste %2 Zeilen</translation>
    </message>
    <message>
        <source>Solve %1</source>
        <translation>%1 lösen</translation>
    </message>
    <message>
        <source>Diagnose %1</source>
        <translation>%1 untersuchen</translation>
    </message>
    <message>
        <source>Compare settings</source>
        <translation>Einstellungen vergleichen</translation>
    </message>
    <message>
        <source>Prepare %1</source>
        <translation>%1 vorbereiten</translation>
    </message>
    <message>
        <source>Errors of %1</source>
        <translation>Fehler von %1</translation>
    </message>
    <message>
        <source>Window %1, token %2: %3</source>
        <translation>Fenster %1, Token %2: %3</translation>
    </message>
    <message>
        <source>Pictures of the stepper</source>
        <translation>Bilder der Einzelschritte</translation>
    </message>
</context>
<context>
    <name>salient::LayoutNameBar</name>
    <message>
        <source>Save this layout</source>
        <translation>Diese Anordnung speichern</translation>
    </message>
    <message>
        <source>Name of the layout</source>
        <translation>Name der Anordnung</translation>
    </message>
    <message>
        <source>What the menu View › Layouts calls it</source>
        <translation>Wie das Menü Ansicht › Anordnungen sie nennt</translation>
    </message>
    <message>
        <source>Keep which pages are shown, where, and how the room is divided</source>
        <translation>Aufbewahren, welche Seiten wo zu sehen sind und wie der Platz geteilt ist</translation>
    </message>
    <message>
        <source>That one is built in: choose another name.</source>
        <translation>Die ist fest eingebaut: bitte einen anderen Namen wählen.</translation>
    </message>
    <message>
        <source>Do not save (Esc)</source>
        <translation>Nicht speichern (Esc)</translation>
    </message>
    <message>
        <source>Do not save</source>
        <translation>Nicht speichern</translation>
    </message>
    <message>
        <source>Replace</source>
        <translation>Ersetzen</translation>
    </message>
    <message>
        <source>Save layout</source>
        <translation>Anordnung speichern</translation>
    </message>
</context>
<context>
    <name>salient::LessonDesk</name>
    <message>
        <source>Help</source>
        <translation>Hilfe</translation>
    </message>
    <message>
        <source>Open a folder of lessons</source>
        <translation>Einen Ordner mit Lektionen öffnen</translation>
    </message>
    <message>
        <source>No lessons</source>
        <translation>Keine Lektionen</translation>
    </message>
    <message>
        <source>%1 holds no lesson: expected files that end in .md.</source>
        <translation>%1 enthält keine Lektion: erwartet werden Dateien, die auf .md enden.</translation>
    </message>
    <message>
        <source>Not followed</source>
        <translation>Nicht gefolgt</translation>
    </message>
    <message>
        <source>Lessons and help lead nowhere outside this window. The address is: %1</source>
        <translation>Lektionen und Hilfe führen nirgends aus diesem Fenster hinaus. Die Adresse lautet: %1</translation>
    </message>
</context>
<context>
    <name>salient::LessonPanel</name>
    <message>
        <source>&amp;Back</source>
        <translation>&amp;Zurück</translation>
    </message>
    <message>
        <source>&amp;Next</source>
        <translation>&amp;Weiter</translation>
    </message>
    <message>
        <source>&amp;Start again</source>
        <translation>&amp;Von vorn</translation>
    </message>
    <message>
        <source>&amp;All lessons</source>
        <translation>Alle &amp;Lektionen</translation>
    </message>
    <message>
        <source>Back to the list of lessons</source>
        <translation>Zurück zur Liste der Lektionen</translation>
    </message>
    <message>
        <source>The step before (Left, Page Up)</source>
        <translation>Der Schritt davor (Links, Bild auf)</translation>
    </message>
    <message>
        <source>The next step (Right, Page Down)</source>
        <translation>Der nächste Schritt (Rechts, Bild ab)</translation>
    </message>
    <message>
        <source>Forget all answers and begin at the first step</source>
        <translation>Alle Antworten vergessen und beim ersten Schritt beginnen</translation>
    </message>
    <message>
        <source>Step %1 of %2</source>
        <translation>Schritt %1 von %2</translation>
    </message>
</context>
<context>
    <name>salient::LessonText</name>
    <message>
        <source>[picture: %1]</source>
        <translation>[Bild: %1]</translation>
    </message>
    <message>
        <source>not shown</source>
        <translation>nicht gezeigt</translation>
    </message>
</context>
<context>
    <name>salient::LessonsPanel</name>
    <message>
        <source>read to the end</source>
        <translation>zu Ende gelesen</translation>
    </message>
    <message numerus="yes">
        <source>%n step(s)</source>
        <translation>
            <numerusform>%n Schritt</numerusform>
            <numerusform>%n Schritte</numerusform>
        </translation>
    </message>
    <message>
        <source>step %1 of %2</source>
        <translation>Schritt %1 von %2</translation>
    </message>
    <message>
        <source>Lessons</source>
        <translation>Lektionen</translation>
    </message>
    <message>
        <source>&amp;Begin</source>
        <translation>Be&amp;ginnen</translation>
    </message>
    <message>
        <source>Open the chosen lesson (Return)</source>
        <translation>Die gewählte Lektion öffnen (Eingabetaste)</translation>
    </message>
    <message>
        <source>Open a fol&amp;der of lessons…</source>
        <translation>&amp;Ordner mit Lektionen öffnen…</translation>
    </message>
    <message>
        <source>Markdown files of your own; how to write one stands in the README beside the bundled lessons</source>
        <translation>Eigene Markdown-Dateien; wie man eine schreibt, steht im README bei den mitgelieferten Lektionen</translation>
    </message>
    <message>
        <source>%1 cannot be read</source>
        <translation>%1 lässt sich nicht lesen</translation>
    </message>
</context>
<context>
    <name>salient::MainWindow</name>
    <message>
        <source>Jobs</source>
        <translation>Aufgaben</translation>
    </message>
    <message>
        <source>This should not have happened</source>
        <translation>Das hätte nicht geschehen dürfen</translation>
    </message>
    <message>
        <source>A model to work on. Only headers are read: it opens at once, however large it is.</source>
        <translation>Ein Modell, mit dem gearbeitet wird. Nur Kopfdaten werden gelesen: es öffnet sofort, wie groß es auch ist.</translation>
    </message>
    <message>
        <source>Text that is run through the model, to learn what each layer&apos;s inputs look like.</source>
        <translation>Text, der durch das Modell geschickt wird, um zu lernen, wie die Eingaben jeder Schicht aussehen.</translation>
    </message>
    <message>
        <source>Every linear layer of the model, coloured by the number of your choice. Return or a double click looks closer.</source>
        <translation>Jede lineare Schicht des Modells, gefärbt nach der gewählten Größe. Eingabetaste oder Doppelklick sieht genauer hin.</translation>
    </message>
    <message>
        <source>What each input channel of the layer did over the calibration text, beside the weights that read it.</source>
        <translation>Was jeder Eingangskanal der Schicht über den Kalibriertext getan hat, neben den Gewichten, die ihn lesen.</translation>
    </message>
    <message>
        <source>GPTQ column by column, forwards and backwards, as the solver that ships does it.</source>
        <translation>GPTQ Spalte für Spalte, vorwärts und rückwärts, wie der mitgelieferte Löser es rechnet.</translation>
    </message>
    <message>
        <source>How much of the difficulty moves between activations and weights, and what it costs.</source>
        <translation>Wie viel der Schwierigkeit zwischen Aktivierungen und Gewichten wandert und was das kostet.</translation>
    </message>
    <message>
        <source>The methods to run and compare. Everything here is the recipe: it can be saved, undone and run elsewhere.</source>
        <translation>Die Verfahren, die ausgeführt und verglichen werden. Alles hier ist das Rezept: es lässt sich speichern, rückgängig machen und anderswo ausführen.</translation>
    </message>
    <message>
        <source>What each method did to the same model, measured on the same text.</source>
        <translation>Was jedes Verfahren mit demselben Modell gemacht hat, gemessen am selben Text.</translation>
    </message>
    <message>
        <source>How good each result is as a model, and which layers that hangs on. Every figure carries its protocol.</source>
        <translation>Wie gut jedes Ergebnis als Modell ist und an welchen Schichten das hängt. Jeder Messwert trägt sein Protokoll.</translation>
    </message>
    <message>
        <source>A checkpoint that other programs load, and a report of everything measured.</source>
        <translation>Ein Checkpoint, den andere Programme laden, und ein Bericht über alles Gemessene.</translation>
    </message>
    <message>
        <source>Small worked examples, with every number computed by this program. F5: large type, for a projector.</source>
        <translation>Kleine durchgerechnete Beispiele; jede Zahl rechnet dieses Programm. F5: große Schrift für den Projektor.</translation>
    </message>
    <message>
        <source>Demo model</source>
        <translation>Demo-Modell</translation>
    </message>
    <message>
        <source>It is not installed beside this program.</source>
        <translation>Es ist neben diesem Programm nicht installiert.</translation>
    </message>
    <message>
        <source>calibration text</source>
        <translation>Kalibriertext</translation>
    </message>
    <message>
        <source>%1 — Salient</source>
        <translation>%1 — Salient</translation>
    </message>
    <message>
        <source>No model is open yet. Start with the demo, or with a model of your own.</source>
        <translation>Noch ist kein Modell offen. Mit dem Demo-Modell beginnen oder mit einem eigenen.</translation>
    </message>
    <message>
        <source>Open a model</source>
        <translation>Ein Modell öffnen</translation>
    </message>
    <message>
        <source>Calibrate first: this view shows what happened when text ran through the model.</source>
        <translation>Erst kalibrieren: diese Ansicht zeigt, was geschah, als Text durch das Modell lief.</translation>
    </message>
    <message>
        <source>Calibrate</source>
        <translation>Kalibrieren</translation>
    </message>
    <message>
        <source>There is no result yet. Choose methods and quantize the model with them.</source>
        <translation>Noch gibt es kein Ergebnis. Verfahren wählen und das Modell damit quantisieren.</translation>
    </message>
    <message>
        <source>Quantize</source>
        <translation>Quantisieren</translation>
    </message>
    <message>
        <source>Calibrate first.</source>
        <translation>Erst kalibrieren.</translation>
    </message>
    <message>
        <source>A job is running.</source>
        <translation>Eine Aufgabe läuft.</translation>
    </message>
    <message>
        <source>Recipe (*.json)</source>
        <translation>Rezept (*.json)</translation>
    </message>
    <message>
        <source>&amp;File</source>
        <translation>&amp;Datei</translation>
    </message>
    <message>
        <source>&amp;Open model folder…</source>
        <translation>&amp;Modellordner öffnen…</translation>
    </message>
    <message>
        <source>Open the &amp;demo model</source>
        <translation>&amp;Demo-Modell öffnen</translation>
    </message>
    <message>
        <source>Open &amp;recent</source>
        <translation>&amp;Zuletzt geöffnet</translation>
    </message>
    <message>
        <source>Nothing yet</source>
        <translation>Noch nichts</translation>
    </message>
    <message>
        <source>Open rec&amp;ipe…</source>
        <translation>&amp;Rezept öffnen…</translation>
    </message>
    <message>
        <source>&amp;Save recipe…</source>
        <translation>Rezept &amp;speichern…</translation>
    </message>
    <message>
        <source>&amp;Copy as command</source>
        <translation>Als Befehl &amp;kopieren</translation>
    </message>
    <message>
        <source>&amp;Quit</source>
        <translation>&amp;Beenden</translation>
    </message>
    <message>
        <source>&amp;Edit</source>
        <translation>&amp;Bearbeiten</translation>
    </message>
    <message>
        <source>&amp;Undo</source>
        <translation>&amp;Rückgängig</translation>
    </message>
    <message>
        <source>&amp;Redo</source>
        <translation>&amp;Wiederholen</translation>
    </message>
    <message>
        <source>&amp;View</source>
        <translation>&amp;Ansicht</translation>
    </message>
    <message>
        <source>&amp;Command palette…</source>
        <translation>&amp;Befehlspalette…</translation>
    </message>
    <message>
        <source>&amp;Jobs</source>
        <translation>A&amp;ufgaben</translation>
    </message>
    <message>
        <source>Page in its own &amp;window</source>
        <translation>Seite in &amp;eigenem Fenster</translation>
    </message>
    <message>
        <source>For a second screen; closing that window brings the page back</source>
        <translation>Für einen zweiten Bildschirm; wird das Fenster geschlossen, kommt die Seite zurück</translation>
    </message>
    <message>
        <source>&amp;Projector mode</source>
        <translation>&amp;Projektormodus</translation>
    </message>
    <message>
        <source>Large type and full screen, for all views</source>
        <translation>Große Schrift und ganzer Bildschirm, für alle Ansichten</translation>
    </message>
    <message>
        <source>Dismiss the &amp;message</source>
        <translation>&amp;Meldung schließen</translation>
    </message>
    <message>
        <source>&amp;Theme</source>
        <translation>&amp;Farbschema</translation>
    </message>
    <message>
        <source>As the &amp;desktop</source>
        <translation>Wie die &amp;Arbeitsumgebung</translation>
    </message>
    <message>
        <source>&amp;Light</source>
        <translation>&amp;Hell</translation>
    </message>
    <message>
        <source>Dar&amp;k</source>
        <translation>&amp;Dunkel</translation>
    </message>
    <message>
        <source>Lan&amp;guage</source>
        <translation>&amp;Sprache</translation>
    </message>
    <message>
        <source>Language</source>
        <translation>Sprache</translation>
    </message>
    <message>
        <source>The new language shows when Salient is started again.</source>
        <translation>Die neue Sprache erscheint, wenn Salient das nächste Mal startet.</translation>
    </message>
    <message>
        <source>As the &amp;system</source>
        <translation>Wie das &amp;System</translation>
    </message>
    <message>
        <source>&amp;Help</source>
        <translation>&amp;Hilfe</translation>
    </message>
    <message>
        <source>&amp;Help on this view</source>
        <translation>&amp;Hilfe zu dieser Ansicht</translation>
    </message>
    <message>
        <source>&amp;Lessons</source>
        <translation>&amp;Lektionen</translation>
    </message>
    <message>
        <source>Open a &amp;folder of lessons…</source>
        <translation>&amp;Ordner mit Lektionen öffnen…</translation>
    </message>
    <message>
        <source>&amp;About Salient</source>
        <translation>&amp;Über Salient</translation>
    </message>
    <message>
        <source>Salient %1</source>
        <translation>Salient %1</translation>
    </message>
    <message>
        <source>A workbench for post-training quantization of language models. Free software under the GNU General Public License, version 3 or later. Qt %1.</source>
        <translation>Eine Werkbank für die nachträgliche Quantisierung von Sprachmodellen. Freie Software unter der GNU General Public License, Version 3 oder neuer. Qt %1.</translation>
    </message>
    <message>
        <source>Open a model folder</source>
        <translation>Einen Modellordner öffnen</translation>
    </message>
    <message>
        <source>Open a recipe</source>
        <translation>Ein Rezept öffnen</translation>
    </message>
    <message>
        <source>Save recipe</source>
        <translation>Rezept speichern</translation>
    </message>
    <message>
        <source>Save the recipe</source>
        <translation>Das Rezept speichern</translation>
    </message>
    <message>
        <source>Recipe saved</source>
        <translation>Rezept gespeichert</translation>
    </message>
    <message>
        <source>%1 — run it with: %2</source>
        <translation>%1 — ausführen mit: %2</translation>
    </message>
    <message>
        <source>No command line says all of this: save the recipe that one can run</source>
        <translation>Das alles sagt keine Befehlszeile: das Rezept speichern, das eine ausführen kann</translation>
    </message>
    <message>
        <source>Copied</source>
        <translation>Kopiert</translation>
    </message>
    <message>
        <source>Save as figure</source>
        <translation>Als Abbildung speichern</translation>
    </message>
    <message>
        <source>Figure saved</source>
        <translation>Abbildung gespeichert</translation>
    </message>
    <message>
        <source>Salient %1; %2</source>
        <translation>Salient %1; %2</translation>
    </message>
    <message>
        <source>Model: %1</source>
        <translation>Modell: %1</translation>
    </message>
    <message>
        <source>Layer: %1</source>
        <translation>Schicht: %1</translation>
    </message>
    <message numerus="yes">
        <source>Calibration: %n window(s) of %1 tokens of %2, seed %3, %4</source>
        <translation>
            <numerusform>Kalibrierung: %n Fenster zu %1 Token aus %2, Startwert %3, %4</numerusform>
            <numerusform>Kalibrierung: %n Fenster zu %1 Token aus %2, Startwert %3, %4</numerusform>
        </translation>
    </message>
    <message>
        <source>float32</source>
        <translation>float32</translation>
    </message>
    <message>
        <source>bfloat16</source>
        <translation>bfloat16</translation>
    </message>
    <message>
        <source>Result</source>
        <translation>Ergebnis</translation>
    </message>
    <message>
        <source>Layer</source>
        <translation>Schicht</translation>
    </message>
    <message>
        <source>Open sessio&amp;n…</source>
        <translation>Si&amp;tzung öffnen…</translation>
    </message>
    <message>
        <source>A folder that a session was saved to</source>
        <translation>Ein Ordner, in den eine Sitzung gespeichert wurde</translation>
    </message>
    <message>
        <source>Save session &amp;as…</source>
        <translation>Sitzung speichern &amp;als…</translation>
    </message>
    <message>
        <source>S&amp;tart anew</source>
        <translation>&amp;Neu beginnen</translation>
    </message>
    <message>
        <source>Opens the model without the results of earlier sittings</source>
        <translation>Öffnet das Modell ohne die Ergebnisse früherer Sitzungen</translation>
    </message>
    <message>
        <source>A part of the session could not be read</source>
        <translation>Ein Teil der Sitzung ließ sich nicht lesen</translation>
    </message>
    <message>
        <source>Session restored</source>
        <translation>Sitzung wiederhergestellt</translation>
    </message>
    <message numerus="yes">
        <source>%n result(s). “Start anew” in the File menu begins without.</source>
        <translation>
            <numerusform>%n Ergebnis. „Neu beginnen“ im Menü Datei beginnt ohne.</numerusform>
            <numerusform>%n Ergebnisse. „Neu beginnen“ im Menü Datei beginnt ohne.</numerusform>
        </translation>
    </message>
    <message>
        <source>Save the session to a new folder</source>
        <translation>Die Sitzung in einen neuen Ordner speichern</translation>
    </message>
    <message>
        <source>Session (*.salient)</source>
        <translation>Sitzung (*.salient)</translation>
    </message>
    <message>
        <source>Open a session (a folder *.salient)</source>
        <translation>Eine Sitzung öffnen (ein Ordner *.salient)</translation>
    </message>
    <message>
        <source>Text (*.txt *.jsonl *.json);;All files (*)</source>
        <translation>Text (*.txt *.jsonl *.json);;Alle Dateien (*)</translation>
    </message>
    <message>
        <source>Choose the calibration text</source>
        <translation>Den Kalibriertext wählen</translation>
    </message>
    <message>
        <source>AWQ ratio %1</source>
        <translation>AWQ-Exponent %1</translation>
    </message>
    <message>
        <source>SmoothQuant α %1</source>
        <translation>SmoothQuant α %1</translation>
    </message>
    <message>
        <source>evaluation text</source>
        <translation>Bewertungstext</translation>
    </message>
    <message>
        <source>evaluation windows</source>
        <translation>Bewertungsfenster</translation>
    </message>
    <message>
        <source>Choose the evaluation text</source>
        <translation>Den Bewertungstext wählen</translation>
    </message>
    <message>
        <source>trial of %1</source>
        <translation>Versuch: %1</translation>
    </message>
    <message>
        <source>Choose where the new folder goes</source>
        <translation>Wählen, wohin der neue Ordner kommt</translation>
    </message>
    <message>
        <source>Choose a folder for the report</source>
        <translation>Einen Ordner für den Bericht wählen</translation>
    </message>
    <message>
        <source>&amp;Undo %1</source>
        <translation>&amp;Rückgängig: %1</translation>
    </message>
    <message>
        <source>&amp;Redo %1</source>
        <translation>&amp;Wiederholen: %1</translation>
    </message>
    <message>
        <source>“%1” was interrupted after %2 of %3 blocks; going on gives what it would have given.</source>
        <translation>„%1“ wurde nach %2 von %3 Blöcken unterbrochen; die Fortsetzung ergibt, was es ergeben hätte.</translation>
    </message>
    <message>
        <source>Go on</source>
        <translation>Fortsetzen</translation>
    </message>
    <message>
        <source>R&amp;un</source>
        <translation>A&amp;usführen</translation>
    </message>
    <message>
        <source>&amp;Calibrate</source>
        <translation>&amp;Kalibrieren</translation>
    </message>
    <message>
        <source>&amp;Quantize all</source>
        <translation>Alle &amp;quantisieren</translation>
    </message>
    <message>
        <source>Quantize &amp;this one</source>
        <translation>&amp;Diesen quantisieren</translation>
    </message>
    <message>
        <source>Measure &amp;perplexity and KL</source>
        <translation>&amp;Perplexität und KL messen</translation>
    </message>
    <message>
        <source>Measure &amp;layer by layer</source>
        <translation>&amp;Schicht für Schicht messen</translation>
    </message>
    <message>
        <source>&amp;Export and verify</source>
        <translation>&amp;Exportieren und prüfen</translation>
    </message>
    <message>
        <source>Write &amp;report</source>
        <translation>&amp;Bericht schreiben</translation>
    </message>
    <message>
        <source>An unfinished export</source>
        <translation>Ein unfertiger Export</translation>
    </message>
    <message>
        <source>Beside %1 lies an export of which %2 of %3 blocks are done. Going on with it gives what it would have given; to begin anew, choose another folder or remove %4.</source>
        <translation>Neben %1 liegt ein Export, von dem %2 von %3 Blöcken fertig sind. Die Fortsetzung ergibt, was er ergeben hätte; um neu zu beginnen, einen anderen Ordner wählen oder %4 entfernen.</translation>
    </message>
    <message>
        <source>%1 for %2</source>
        <translation>%1 für %2</translation>
    </message>
    <message>
        <source>New run “%1”, with %2 in %3 of its layers. Quantize runs it beside the others.</source>
        <translation>Neuer Lauf „%1“, mit %2 in %3 seiner Schichten. Quantisieren führt ihn neben den anderen aus.</translation>
    </message>
    <message>
        <source>“%1” has %2 in %3 of its layers now. Quantize runs it beside the others.</source>
        <translation>„%1“ hat jetzt %2 in %3 seiner Schichten. Quantisieren führt ihn neben den anderen aus.</translation>
    </message>
    <message>
        <source>Written into the recipe</source>
        <translation>Ins Rezept geschrieben</translation>
    </message>
    <message>
        <source>The recipe cannot hold that</source>
        <translation>Das Rezept kann das nicht aufnehmen</translation>
    </message>
    <message>
        <source>La&amp;youts</source>
        <translation>A&amp;nordnungen</translation>
    </message>
    <message>
        <source>&amp;Save this layout…</source>
        <translation>Diese Anordnung &amp;speichern…</translation>
    </message>
    <message>
        <source>%1 beside %2</source>
        <translation>%1 neben %2</translation>
    </message>
    <message>
        <source>Keeps under a name which pages are shown, where, and how the room is divided</source>
        <translation>Bewahrt unter einem Namen auf, welche Seiten wo zu sehen sind und wie der Platz geteilt ist</translation>
    </message>
    <message>
        <source>&amp;Remove</source>
        <translation>&amp;Entfernen</translation>
    </message>
    <message>
        <source>The layout was not saved</source>
        <translation>Die Anordnung wurde nicht gespeichert</translation>
    </message>
    <message>
        <source>There are %1 already; remove one first.</source>
        <translation>Es gibt schon %1; bitte erst eine entfernen.</translation>
    </message>
    <message>
        <source>Layout saved</source>
        <translation>Anordnung gespeichert</translation>
    </message>
    <message>
        <source>“%1” is in the menu View › Layouts.</source>
        <translation>„%1“ steht im Menü Ansicht › Anordnungen.</translation>
    </message>
    <message>
        <source>Layout removed</source>
        <translation>Anordnung entfernt</translation>
    </message>
    <message>
        <source>Take it back</source>
        <translation>Wiederherstellen</translation>
    </message>
    <message>
        <source>Show &amp;beside</source>
        <translation>&amp;Daneben zeigen</translation>
    </message>
    <message>
        <source>Shows it beside the page of this window, or no longer</source>
        <translation>Zeigt sie neben der Seite dieses Fensters oder nicht mehr</translation>
    </message>
    <message>
        <source>At the &amp;right</source>
        <translation>&amp;Rechts</translation>
    </message>
    <message>
        <source>Below where the window is too narrow for both</source>
        <translation>Darunter, wo das Fenster für beide zu schmal ist</translation>
    </message>
    <message>
        <source>&amp;Below</source>
        <translation>Dar&amp;unter</translation>
    </message>
    <message>
        <source>One above the other, however wide the window is</source>
        <translation>Untereinander, wie breit das Fenster auch ist</translation>
    </message>
    <message>
        <source>To the &amp;other page</source>
        <translation>Zur &amp;anderen Seite</translation>
    </message>
    <message>
        <source>Moves the keyboard between the two pages that stand beside each other</source>
        <translation>Führt die Tastatur von einer der beiden Seiten, die nebeneinanderstehen, zur anderen</translation>
    </message>
    <message>
        <source>Diagnose</source>
        <translation>Diagnose stellen</translation>
    </message>
    <message>
        <source>Choose the text to compare with</source>
        <translation>Den Text zum Vergleich wählen</translation>
    </message>
    <message>
        <source>AWQ clip %1 %</source>
        <translation>AWQ-Clip %1 %</translation>
    </message>
    <message>
        <source>&amp;Swap the two pages</source>
        <translation>Die beiden Seiten &amp;vertauschen</translation>
    </message>
    <message>
        <source>Each goes where the other is; the room stays divided as it is</source>
        <translation>Jede kommt an den Ort der anderen; der Platz bleibt geteilt, wie er ist</translation>
    </message>
    <message>
        <source>&amp;More room for the page beside</source>
        <translation>&amp;Mehr Platz für die Seite daneben</translation>
    </message>
    <message>
        <source>&amp;Less room for the page beside</source>
        <translation>&amp;Weniger Platz für die Seite daneben</translation>
    </message>
    <message>
        <source>Solved as: %1</source>
        <translation>Gelöst als: %1</translation>
    </message>
    <message>
        <source>%1, this layer: %2</source>
        <translation>%1, diese Schicht: %2</translation>
    </message>
    <message>
        <source>memory limit</source>
        <translation>Speichergrenze</translation>
    </message>
</context>
<context>
    <name>salient::MessageArea</name>
    <message>
        <source>Message</source>
        <translation>Meldung</translation>
    </message>
    <message>
        <source>Copy the message</source>
        <translation>Die Meldung kopieren</translation>
    </message>
    <message>
        <source>Dismiss (Esc)</source>
        <translation>Schließen (Esc)</translation>
    </message>
    <message>
        <source>Dismiss</source>
        <translation>Schließen</translation>
    </message>
</context>
<context>
    <name>salient::MethodForm</name>
    <message>
        <source>bits</source>
        <translation>Bits</translation>
    </message>
    <message>
        <source>group size</source>
        <translation>Gruppengröße</translation>
    </message>
    <message>
        <source>symmetry</source>
        <translation>Symmetrie</translation>
    </message>
    <message>
        <source>range search</source>
        <translation>Bereichssuche</translation>
    </message>
    <message>
        <source>activations</source>
        <translation>Aktivierungen</translation>
    </message>
    <message>
        <source>damping</source>
        <translation>Dämpfung</translation>
    </message>
    <message>
        <source>block size</source>
        <translation>Blockgröße</translation>
    </message>
    <message>
        <source>act-order</source>
        <translation>act-order</translation>
    </message>
    <message>
        <source>static groups</source>
        <translation>statische Gruppen</translation>
    </message>
    <message>
        <source>group parameters</source>
        <translation>Gruppenparameter</translation>
    </message>
    <message>
        <source>AWQ ratio</source>
        <translation>AWQ-Exponent</translation>
    </message>
    <message>
        <source>AWQ grid</source>
        <translation>AWQ-Suchpunkte</translation>
    </message>
    <message>
        <source>AWQ duo form</source>
        <translation>AWQ-Duo-Form</translation>
    </message>
    <message>
        <source>α</source>
        <translation>α</translation>
    </message>
    <message>
        <source>true sequential</source>
        <translation>True-Sequential</translation>
    </message>
    <message>
        <source>feed</source>
        <translation>Eingang des nächsten Blocks</translation>
    </message>
    <message>
        <source>layers kept</source>
        <translation>ausgenommene Schichten</translation>
    </message>
    <message>
        <source>Method</source>
        <translation>Verfahren</translation>
    </message>
    <message>
        <source>What is done to the weights before rounding, and how codes are chosen</source>
        <translation>Was vor dem Runden mit den Gewichten geschieht und wie die Codes gewählt werden</translation>
    </message>
    <message>
        <source>Bits</source>
        <translation>Bits</translation>
    </message>
    <message>
        <source>Bits per weight code, 2 to 8</source>
        <translation>Bits pro Gewichtscode, 2 bis 8</translation>
    </message>
    <message>
        <source>%1 columns</source>
        <translation>%1 Spalten</translation>
    </message>
    <message>
        <source>whole row</source>
        <translation>ganze Zeile</translation>
    </message>
    <message>
        <source>Group size</source>
        <translation>Gruppengröße</translation>
    </message>
    <message>
        <source>asymmetric</source>
        <translation>asymmetrisch</translation>
    </message>
    <message>
        <source>symmetric</source>
        <translation>symmetrisch</translation>
    </message>
    <message>
        <source>Zero point</source>
        <translation>Nullpunkt</translation>
    </message>
    <message>
        <source>Asymmetric: each group has its own zero point. Symmetric: it is fixed in the middle</source>
        <translation>Asymmetrisch: jede Gruppe hat ihren eigenen Nullpunkt. Symmetrisch: er liegt fest in der Mitte</translation>
    </message>
    <message>
        <source>Search the range</source>
        <translation>Bereich suchen</translation>
    </message>
    <message>
        <source>Shrink each group&apos;s range to the one with the least rounding error, |w − ŵ|^2.4</source>
        <translation>Den Bereich jeder Gruppe auf den mit dem kleinsten Rundungsfehler |w − ŵ|^2,4 verkleinern</translation>
    </message>
    <message>
        <source>int8, one scale per token</source>
        <translation>int8, eine Skalierung pro Token</translation>
    </message>
    <message>
        <source>int8, one scale per tensor</source>
        <translation>int8, eine Skalierung pro Tensor</translation>
    </message>
    <message>
        <source>Inputs</source>
        <translation>Eingaben</translation>
    </message>
    <message>
        <source>How the layers&apos; inputs are rounded: per token while running, or by one scale fixed in calibration</source>
        <translation>Wie die Eingaben der Schichten gerundet werden: pro Token während des Rechnens oder mit einer Skalierung aus der Kalibrierung</translation>
    </message>
    <message>
        <source>GPTQ</source>
        <translation>GPTQ</translation>
    </message>
    <message>
        <source>Damping</source>
        <translation>Dämpfung</translation>
    </message>
    <message>
        <source>Added to the Hessian&apos;s diagonal, as a fraction of its mean. Raised tenfold, and told, where it does not suffice</source>
        <translation>Wird zur Diagonale der Hesse-Matrix addiert, als Bruchteil ihres Mittels. Reicht das nicht, wird sie verzehnfacht und das gemeldet</translation>
    </message>
    <message>
        <source> columns</source>
        <translation> Spalten</translation>
    </message>
    <message>
        <source>Block size</source>
        <translation>Blockgröße</translation>
    </message>
    <message>
        <source>Columns between two lazy batches of updates; affects speed, and where groups take their grid</source>
        <translation>Spalten zwischen zwei aufgeschobenen Sammelkorrekturen; bestimmt die Geschwindigkeit und wo Gruppen ihr Raster nehmen</translation>
    </message>
    <message>
        <source>fresh</source>
        <translation>frisch</translation>
    </message>
    <message>
        <source>as published</source>
        <translation>wie veröffentlicht</translation>
    </message>
    <message>
        <source>Group parameters</source>
        <translation>Gruppenparameter</translation>
    </message>
    <message>
        <source>Fresh: a group&apos;s grid from fully updated columns. As published: without the updates pending inside the block</source>
        <translation>Frisch: das Raster einer Gruppe aus vollständig korrigierten Spalten. Wie veröffentlicht: ohne die im Block noch ausstehenden Korrekturen</translation>
    </message>
    <message>
        <source>Act-order</source>
        <translation>Act-Order</translation>
    </message>
    <message>
        <source>Process columns by decreasing activation, so that important ones are rounded first</source>
        <translation>Spalten nach abnehmender Aktivierung bearbeiten, damit wichtige zuerst gerundet werden</translation>
    </message>
    <message>
        <source>Static groups</source>
        <translation>Statische Gruppen</translation>
    </message>
    <message>
        <source>Grids from the weights before any update, by original column; loaders then need no permutation</source>
        <translation>Raster aus den Gewichten vor jeder Korrektur, nach ursprünglicher Spalte; Ladeprogramme brauchen dann keine Permutation</translation>
    </message>
    <message>
        <source>AWQ</source>
        <translation>AWQ</translation>
    </message>
    <message>
        <source>searched per group</source>
        <translation>pro Gruppe gesucht</translation>
    </message>
    <message>
        <source>fixed</source>
        <translation>fest</translation>
    </message>
    <message>
        <source>no scaling</source>
        <translation>keine Skalierung</translation>
    </message>
    <message>
        <source>Ratio</source>
        <translation>Exponent</translation>
    </message>
    <message>
        <source>The exponent on mean |x| that makes the channel scales</source>
        <translation>Der Exponent über dem mittleren |x|, aus dem die Kanalskalierungen entstehen</translation>
    </message>
    <message>
        <source>Fixed ratio</source>
        <translation>Fester Exponent</translation>
    </message>
    <message>
        <source>0: no scaling; 1: scales in proportion to mean |x|</source>
        <translation>0: keine Skalierung; 1: Skalierungen proportional zum mittleren |x|</translation>
    </message>
    <message>
        <source>Search points</source>
        <translation>Suchpunkte</translation>
    </message>
    <message>
        <source>How many ratios are tried: 0, 1/n, … (n−1)/n</source>
        <translation>Wie viele Exponenten probiert werden: 0, 1/n, … (n−1)/n</translation>
    </message>
    <message>
        <source>Duo scaling</source>
        <translation>Duo-Skalierung</translation>
    </message>
    <message>
        <source>Scales from weight and activation means, AutoAWQ&apos;s form</source>
        <translation>Skalierungen aus den Mitteln von Gewichten und Aktivierungen, die Form von AutoAWQ</translation>
    </message>
    <message>
        <source>SmoothQuant</source>
        <translation>SmoothQuant</translation>
    </message>
    <message>
        <source>Choice of α</source>
        <translation>Wahl von α</translation>
    </message>
    <message>
        <source>One α for all layers, or the one with the least error for each input group</source>
        <translation>Ein α für alle Schichten oder für jede Eingangsgruppe das mit dem kleinsten Fehler</translation>
    </message>
    <message>
        <source>How much of the difficulty moves from activations (0) to weights (1)</source>
        <translation>Wie viel der Schwierigkeit von den Aktivierungen (0) zu den Gewichten (1) wandert</translation>
    </message>
    <message>
        <source>Walk over the model</source>
        <translation>Gang durch das Modell</translation>
    </message>
    <message>
        <source>original block</source>
        <translation>ursprünglicher Block</translation>
    </message>
    <message>
        <source>quantized block</source>
        <translation>quantisierter Block</translation>
    </message>
    <message>
        <source>Next block sees</source>
        <translation>Nächster Block sieht</translation>
    </message>
    <message>
        <source>Outputs of the original block, as in AWQ&apos;s code, or of the quantized one, as in GPTQ&apos;s</source>
        <translation>Ausgaben des ursprünglichen Blocks, wie im Code von AWQ, oder des quantisierten, wie in dem von GPTQ</translation>
    </message>
    <message>
        <source>True sequential</source>
        <translation>True-Sequential</translation>
    </message>
    <message>
        <source>Later layers of a block see the earlier ones quantized: q, k, v, then o, then gate, up, then down</source>
        <translation>Spätere Schichten eines Blocks sehen die früheren quantisiert: q, k, v, dann o, dann gate, up, dann down</translation>
    </message>
    <message>
        <source>e.g. down_proj$; layers\.0\.</source>
        <translation>z. B. down_proj$; layers\.0\.</translation>
    </message>
    <message>
        <source>Keep in 16 bits</source>
        <translation>In 16 Bit lassen</translation>
    </message>
    <message>
        <source>Regular expressions of layer names that are not quantized, separated by semicolons</source>
        <translation>Reguläre Ausdrücke für Namen von Schichten, die nicht quantisiert werden, durch Semikolons getrennt</translation>
    </message>
    <message>
        <source>method</source>
        <translation>Verfahren</translation>
    </message>
    <message>
        <source>damping tries</source>
        <translation>Versuche der Dämpfung</translation>
    </message>
    <message>
        <source>AWQ loss</source>
        <translation>AWQ-Verlust</translation>
    </message>
    <message>
        <source>AWQ clip</source>
        <translation>AWQ-Clip</translation>
    </message>
    <message>
        <source>AWQ clip levels</source>
        <translation>AWQ-Clip-Stufen</translation>
    </message>
    <message>
        <source>clipped layers</source>
        <translation>geclippte Schichten</translation>
    </message>
    <message>
        <source>form of the scales</source>
        <translation>Form der Skalierungen</translation>
    </message>
    <message>
        <source>where scales fold</source>
        <translation>wohin Skalierungen wandern</translation>
    </message>
    <message>
        <source>Damping tries</source>
        <translation>Dämpfungsversuche</translation>
    </message>
    <message>
        <source>all layers of an input</source>
        <translation>alle Schichten der Eingabe</translation>
    </message>
    <message>
        <source>its first layer</source>
        <translation>deren erste Schicht</translation>
    </message>
    <message>
        <source>Ratio judged by</source>
        <translation>Exponent nach</translation>
    </message>
    <message>
        <source>Layers that share an input share its scales: whose output error chooses the ratio, all of theirs or the first one&apos;s</source>
        <translation>Schichten mit derselben Eingabe teilen deren Skalierungen: wessen Ausgabefehler den Exponenten bestimmt, der aller oder der der ersten</translation>
    </message>
    <message>
        <source>no clip</source>
        <translation>kein Clip</translation>
    </message>
    <message>
        <source>Clip</source>
        <translation>Clip</translation>
    </message>
    <message>
        <source>Cut each group&apos;s range where the output error is least, or all at the same share</source>
        <translation>Den Bereich jeder Gruppe dort beschneiden, wo der Ausgabefehler am kleinsten ist, oder alle beim selben Anteil</translation>
    </message>
    <message>
        <source>Fixed clip</source>
        <translation>Fester Clip</translation>
    </message>
    <message>
        <source>The share of each group&apos;s largest |w| that stays; 1: the whole range</source>
        <translation>Der Anteil am größten |w| jeder Gruppe, der bleibt; 1: der ganze Bereich</translation>
    </message>
    <message>
        <source>Clip levels</source>
        <translation>Clip-Stufen</translation>
    </message>
    <message>
        <source>How many ranges are tried: 100 %, 95 %, … of the whole one; 10 reach down to 55 %</source>
        <translation>Wie viele Bereiche versucht werden: 100 %, 95 %, … des ganzen; 10 reichen bis 55 %</translation>
    </message>
    <message>
        <source>all</source>
        <translation>alle</translation>
    </message>
    <message>
        <source>not queries and keys</source>
        <translation>ohne Query und Key</translation>
    </message>
    <message>
        <source>Clipped layers</source>
        <translation>Geclippte Schichten</translation>
    </message>
    <message>
        <source>The published code leaves queries and keys unclipped; clipping all was measured to be better here</source>
        <translation>Der veröffentlichte Code clippt Query und Key nicht; alle zu clippen war hier gemessen besser</translation>
    </message>
    <message>
        <source>activations and weights</source>
        <translation>Aktivierungen und Gewichten</translation>
    </message>
    <message>
        <source>activations alone</source>
        <translation>Aktivierungen allein</translation>
    </message>
    <message>
        <source>Scales from</source>
        <translation>Skalierungen aus</translation>
    </message>
    <message>
        <source>The paper&apos;s max |x|^α ÷ max |w|^(1−α), or the short form max |x|^α that overviews show</source>
        <translation>max |x|^α ÷ max |w|^(1−α) wie in der Veröffentlichung, oder die Kurzform max |x|^α aus Übersichten</translation>
    </message>
    <message>
        <source>norms and earlier layers</source>
        <translation>Normen und frühere Schichten</translation>
    </message>
    <message>
        <source>norms alone</source>
        <translation>Normen allein</translation>
    </message>
    <message>
        <source>Scales fold into</source>
        <translation>Skalierungen wandern in</translation>
    </message>
    <message>
        <source>Norm gains only, as published SmoothQuant does, or also the rows of an earlier layer: up for down, value for output</source>
        <translation>Nur in die Faktoren der Normen, wie beim veröffentlichten SmoothQuant, oder auch in die Zeilen einer früheren Schicht: up für down, Value für Output</translation>
    </message>
    <message>
        <source>How many dampings are tried, each ten times the one before and at most 1, before the layer is refused; 1: never raised</source>
        <translation>Wie viele Dämpfungen versucht werden, jede zehnmal so groß wie die vorige und höchstens 1, bevor die Schicht abgelehnt wird; 1: nie erhöht</translation>
    </message>
    <message>
        <source>weight scale</source>
        <translation>Gewichtsskalierung</translation>
    </message>
    <message>
        <source>Consecutive input columns that share scale and zero point; choose, or type any number. Smaller groups: less error, more bytes. Formats hold sizes that divide the inputs of every layer, GGUF multiples of 32, awq one for all layers; dequantized holds any</source>
        <translation>Aufeinanderfolgende Eingangsspalten, die Skalierung und Nullpunkt teilen; auswählen oder eine beliebige Zahl eintippen. Kleinere Gruppen: weniger Fehler, mehr Bytes. Formate fassen Größen, die die Eingänge jeder Schicht teilen, GGUF Vielfache von 32, awq eine für alle Schichten; dequantized fasst jede</translation>
    </message>
    <message>
        <source>one per row</source>
        <translation>eine pro Zeile</translation>
    </message>
    <message>
        <source>one per tensor</source>
        <translation>eine pro Tensor</translation>
    </message>
    <message>
        <source>Weight scale</source>
        <translation>Gewichtsskalierung</translation>
    </message>
    <message>
        <source>The weights of an int8 layer that share a scale: those of an output, or all. One for all: more error</source>
        <translation>Welche Gewichte einer int8-Schicht sich eine Skalierung teilen: die einer Ausgabe oder alle. Eine für alle: mehr Fehler</translation>
    </message>
</context>
<context>
    <name>salient::MethodTableView</name>
    <message>
        <source>open a model</source>
        <translation>Modell öffnen</translation>
    </message>
    <message>
        <source>evaluate</source>
        <translation>bewerten</translation>
    </message>
    <message>
        <source>quantize with it</source>
        <translation>damit quantisieren</translation>
    </message>
    <message>
        <source>Yours:
samples</source>
        <translation>Eigenes:
Fenster</translation>
    </message>
    <message>
        <source>Yours:
bits/weight</source>
        <translation>Eigenes:
Bits/Gewicht</translation>
    </message>
    <message>
        <source>Yours:
time</source>
        <translation>Eigenes:
Zeit</translation>
    </message>
    <message>
        <source>Yours:
output error</source>
        <translation>Eigenes:
Ausgabefehler</translation>
    </message>
    <message>
        <source>Yours:
perplexity</source>
        <translation>Eigenes:
Perplexität</translation>
    </message>
    <message>
        <source>Published figures of the methods beside those of your model</source>
        <translation>Veröffentlichte Werte der Verfahren neben denen des eigenen Modells</translation>
    </message>
    <message>
        <source>“Yours” fills in as you quantize and evaluate a model of your own, or the demo.</source>
        <translation>„Eigenes“ füllt sich, wenn ein eigenes Modell oder das Demo-Modell quantisiert und bewertet wird.</translation>
    </message>
    <message>
        <source>“Yours” is what this session measured on %1.</source>
        <translation>„Eigenes“ ist, was diese Sitzung an %1 gemessen hat.</translation>
    </message>
    <message>
        <source>protocol %1, %2 × %3 tokens, %4</source>
        <translation>Protokoll %1, %2 × %3 Token, %4</translation>
    </message>
    <message>
        <source>float32</source>
        <translation>float32</translation>
    </message>
    <message>
        <source>bfloat16</source>
        <translation>bfloat16</translation>
    </message>
    <message>
        <source>%1 “%2”, the last of %3</source>
        <translation>%1 „%2“, der letzte von %3</translation>
    </message>
    <message>
        <source>%1 “%2”</source>
        <translation>%1 „%2“</translation>
    </message>
    <message>
        <source>Runs: %1.</source>
        <translation>Läufe: %1.</translation>
    </message>
    <message>
        <source>Perplexity: %1.</source>
        <translation>Perplexität: %1.</translation>
    </message>
    <message>
        <source>Perplexities that do not compare: %1.</source>
        <translation>Perplexitäten, die sich nicht vergleichen lassen: %1.</translation>
    </message>
</context>
<context>
    <name>salient::MetricsModel</name>
    <message>
        <source>Not measured yet</source>
        <translation>Noch nicht gemessen</translation>
    </message>
    <message numerus="yes">
        <source>protocol %1, %2 predictions in %n window(s) of %3 tokens, %4</source>
        <translation>
            <numerusform>Protokoll %1, %2 Vorhersagen in %n Fenster zu %3 Token, %4</numerusform>
            <numerusform>Protokoll %1, %2 Vorhersagen in %n Fenstern zu %3 Token, %4</numerusform>
        </translation>
    </message>
    <message>
        <source>float32</source>
        <translation>float32</translation>
    </message>
    <message>
        <source>bfloat16</source>
        <translation>bfloat16</translation>
    </message>
    <message>
        <source>Mean loss %1 nats: %2</source>
        <translation>Mittlerer Verlust %1 Nat: %2</translation>
    </message>
    <message>
        <source>KL: mean %1, median %2, 99 % of predictions below %3, largest %4 nats: %5</source>
        <translation>KL: Mittel %1, Median %2, 99 % der Vorhersagen unter %3, größte %4 Nat: %5</translation>
    </message>
    <message>
        <source>Original</source>
        <translation>Original</translation>
    </message>
    <message>
        <source>Energy of the output error over energy of the output, all layers together, on the calibration text</source>
        <translation>Energie des Ausgabefehlers durch Energie der Ausgabe, alle Schichten zusammen, auf dem Kalibriertext</translation>
    </message>
    <message>
        <source>On the evaluation text; lower is better. Point at a number to see its protocol</source>
        <translation>Auf dem Bewertungstext; weniger ist besser. Der Mauszeiger über einer Zahl zeigt ihr Protokoll</translation>
    </message>
    <message>
        <source>Against the original model</source>
        <translation>Gegenüber dem ursprünglichen Modell</translation>
    </message>
    <message>
        <source>Mean KL divergence of the next-token distribution from the original&apos;s, in nats, on the evaluation text</source>
        <translation>Mittlere KL-Divergenz der Verteilung des nächsten Tokens von der des Originals, in Nat, auf dem Bewertungstext</translation>
    </message>
    <message>
        <source>Share of the predictions whose likeliest token is the original&apos;s</source>
        <translation>Anteil der Vorhersagen, deren wahrscheinlichstes Token das des Originals ist</translation>
    </message>
    <message>
        <source>Of the quantized layers, scales and zero points included</source>
        <translation>Der quantisierten Schichten, Skalierungen und Nullpunkte eingerechnet</translation>
    </message>
    <message>
        <source>Whole model: packed layers and everything else as stored</source>
        <translation>Ganzes Modell: gepackte Schichten und alles Übrige, wie gespeichert</translation>
    </message>
    <message>
        <source>Quantization alone, without calibration</source>
        <translation>Quantisierung allein, ohne Kalibrierung</translation>
    </message>
    <message>
        <source>Method</source>
        <translation>Verfahren</translation>
    </message>
    <message>
        <source>Rel. output error</source>
        <translation>Rel. Ausgabefehler</translation>
    </message>
    <message>
        <source>Perplexity</source>
        <translation>Perplexität</translation>
    </message>
    <message>
        <source>Change</source>
        <translation>Änderung</translation>
    </message>
    <message>
        <source>KL, nats</source>
        <translation>KL, Nat</translation>
    </message>
    <message>
        <source>Same top</source>
        <translation>Top gleich</translation>
    </message>
    <message>
        <source>Bits/weight</source>
        <translation>Bits/Gewicht</translation>
    </message>
    <message>
        <source>Size</source>
        <translation>Größe</translation>
    </message>
    <message>
        <source>Time</source>
        <translation>Zeit</translation>
    </message>
    <message>
        <source>Δ error</source>
        <translation>Δ Fehler</translation>
    </message>
    <message>
        <source>Δ perplexity</source>
        <translation>Δ Perplexität</translation>
    </message>
    <message>
        <source>Δ KL</source>
        <translation>Δ KL</translation>
    </message>
    <message>
        <source>Δ size</source>
        <translation>Δ Größe</translation>
    </message>
    <message>
        <source>Relative output error minus that of %1, in percentage points</source>
        <translation>Relativer Ausgabefehler minus der von %1, in Prozentpunkten</translation>
    </message>
    <message>
        <source>Perplexity minus that of %1</source>
        <translation>Perplexität minus die von %1</translation>
    </message>
    <message>
        <source>KL divergence minus that of %1, in nats</source>
        <translation>KL-Divergenz minus die von %1, in Nat</translation>
    </message>
    <message>
        <source>Size minus that of %1</source>
        <translation>Größe minus die von %1</translation>
    </message>
</context>
<context>
    <name>salient::ModelMapModel</name>
    <message>
        <source>Block %1</source>
        <translation>Block %1</translation>
    </message>
</context>
<context>
    <name>salient::ModelMapView</name>
    <message>
        <source>Colours from %1 to %2</source>
        <translation>Farben von %1 bis %2</translation>
    </message>
    <message>
        <source>What the colours show</source>
        <translation>Was die Farben zeigen</translation>
    </message>
    <message>
        <source>Metric</source>
        <translation>Messgröße</translation>
    </message>
    <message>
        <source>Filter: a regular expression, e.g. down_proj|o_proj</source>
        <translation>Filter: ein regulärer Ausdruck, z. B. down_proj|o_proj</translation>
    </message>
    <message>
        <source>Layers whose full name does not match are dimmed</source>
        <translation>Schichten, deren voller Name nicht passt, werden abgeblendet</translation>
    </message>
    <message>
        <source>Filter</source>
        <translation>Filter</translation>
    </message>
    <message>
        <source>Layers of the model</source>
        <translation>Schichten des Modells</translation>
    </message>
    <message>
        <source>Largest values</source>
        <translation>Größte Werte</translation>
    </message>
    <message>
        <source>Layers with the largest values</source>
        <translation>Schichten mit den größten Werten</translation>
    </message>
    <message>
        <source>Show</source>
        <translation>Zeigen</translation>
    </message>
    <message>
        <source>Not a regular expression: %1</source>
        <translation>Kein regulärer Ausdruck: %1</translation>
    </message>
    <message numerus="yes">
        <source>%n layer(s)</source>
        <translation>
            <numerusform>%n Schicht</numerusform>
            <numerusform>%n Schichten</numerusform>
        </translation>
    </message>
    <message>
        <source>logarithmic</source>
        <translation>logarithmisch</translation>
    </message>
    <message>
        <source>Block %1 · %2 — %3</source>
        <translation>Block %1 · %2 — %3</translation>
    </message>
    <message>
        <source>How many layers are listed, those with the largest values first</source>
        <translation>Wie viele Schichten aufgeführt werden, die mit den größten Werten zuerst</translation>
    </message>
    <message>
        <source>Number of listed layers</source>
        <translation>Anzahl der aufgeführten Schichten</translation>
    </message>
    <message>
        <source>Click: sort the blocks by this module&apos;s values, the other way round, and back into their order</source>
        <translation>Klick: die Blöcke nach den Werten dieses Moduls sortieren, dann andersherum, dann wieder in ihrer Reihenfolge</translation>
    </message>
    <message>
        <source>Save as figure…</source>
        <translation>Als Abbildung speichern…</translation>
    </message>
    <message>
        <source>Blocks by this module, largest first</source>
        <translation>Blöcke nach diesem Modul, größte zuerst</translation>
    </message>
    <message>
        <source>Blocks in their order</source>
        <translation>Blöcke in ihrer Reihenfolge</translation>
    </message>
    <message>
        <source>reading the weights …</source>
        <translation>liest die Gewichte …</translation>
    </message>
    <message>
        <source>Layers that match</source>
        <translation>Passende Schichten</translation>
    </message>
    <message>
        <source>cancelled; choose it again to read the weights</source>
        <translation>abgebrochen; erneut wählen, um die Gewichte zu lesen</translation>
    </message>
</context>
<context>
    <name>salient::Navigation</name>
    <message>
        <source>Open</source>
        <translation>Öffnen</translation>
    </message>
    <message>
        <source>Calibrate</source>
        <translation>Kalibrieren</translation>
    </message>
    <message>
        <source>Model map</source>
        <translation>Modellkarte</translation>
    </message>
    <message>
        <source>Channels</source>
        <translation>Kanäle</translation>
    </message>
    <message>
        <source>Stepper</source>
        <translation>Einzelschritte</translation>
    </message>
    <message>
        <source>Tune</source>
        <translation>Abstimmen</translation>
    </message>
    <message>
        <source>Quantize</source>
        <translation>Quantisieren</translation>
    </message>
    <message>
        <source>Compare</source>
        <translation>Vergleichen</translation>
    </message>
    <message>
        <source>Evaluate</source>
        <translation>Bewerten</translation>
    </message>
    <message>
        <source>Export</source>
        <translation>Exportieren</translation>
    </message>
    <message>
        <source>Lessons</source>
        <translation>Lektionen</translation>
    </message>
    <message>
        <source>Steps</source>
        <translation>Arbeitsschritte</translation>
    </message>
    <message>
        <source>Shown beside</source>
        <translation>Daneben zu sehen</translation>
    </message>
</context>
<context>
    <name>salient::NumberGrid</name>
    <message>
        <source>row %1, column %2: %3</source>
        <translation>Zeile %1, Spalte %2: %3</translation>
    </message>
</context>
<context>
    <name>salient::OpenPage</name>
    <message>
        <source>Open the demo model</source>
        <translation>Das Demo-Modell öffnen</translation>
    </message>
    <message>
        <source>Next: calibrate</source>
        <translation>Weiter: kalibrieren</translation>
    </message>
    <message>
        <source>Start anew</source>
        <translation>Neu beginnen</translation>
    </message>
    <message>
        <source>A small language model that comes with Salient, with planted outlier channels and its own texts</source>
        <translation>Ein kleines Sprachmodell, das zu Salient gehört, mit eingepflanzten Ausreißerkanälen und eigenen Texten</translation>
    </message>
    <message>
        <source>Open a model folder…</source>
        <translation>Einen Modellordner öffnen…</translation>
    </message>
    <message>
        <source>A Hugging Face directory: config.json, *.safetensors and a tokenizer</source>
        <translation>Ein Hugging-Face-Ordner: config.json, *.safetensors und ein Tokenizer</translation>
    </message>
    <message>
        <source>Open a recipe…</source>
        <translation>Ein Rezept öffnen…</translation>
    </message>
    <message>
        <source>A saved job: model, calibration and methods in one JSON file</source>
        <translation>Ein gespeicherter Auftrag: Modell, Kalibrierung und Verfahren in einer JSON-Datei</translation>
    </message>
    <message>
        <source>Lessons</source>
        <translation>Lektionen</translation>
    </message>
    <message>
        <source>Small worked examples of each method; no model is needed</source>
        <translation>Kleine durchgerechnete Beispiele jedes Verfahrens; ein Modell wird nicht gebraucht</translation>
    </message>
    <message>
        <source>Recent models</source>
        <translation>Zuletzt geöffnete Modelle</translation>
    </message>
    <message>
        <source>Recent</source>
        <translation>Zuletzt geöffnet</translation>
    </message>
    <message>
        <source>Recent sessions</source>
        <translation>Letzte Sitzungen</translation>
    </message>
    <message>
        <source>Recipe, results and place of an earlier sitting. Return opens, Delete removes it.</source>
        <translation>Rezept, Ergebnisse und Stelle einer früheren Sitzung. Eingabetaste öffnet, Entf entfernt sie.</translation>
    </message>
    <message>
        <source>Sessions</source>
        <translation>Sitzungen</translation>
    </message>
    <message>
        <source>Remove this session</source>
        <translation>Diese Sitzung entfernen</translation>
    </message>
    <message>
        <source>Start with</source>
        <translation>Beginnen mit</translation>
    </message>
    <message>
        <source>Facts about the open model</source>
        <translation>Angaben zum offenen Modell</translation>
    </message>
    <message>
        <source>Opens the model without the results of earlier sittings; those stay under Sessions</source>
        <translation>Öffnet das Modell ohne die Ergebnisse früherer Sitzungen; diese bleiben unter Sitzungen</translation>
    </message>
    <message numerus="yes">
        <source>%n result(s)</source>
        <translation>
            <numerusform>%n Ergebnis</numerusform>
            <numerusform>%n Ergebnisse</numerusform>
        </translation>
    </message>
    <message>
        <source>calibrated</source>
        <translation>kalibriert</translation>
    </message>
    <message>
        <source>no results yet</source>
        <translation>noch keine Ergebnisse</translation>
    </message>
    <message>
        <source>%1 — %2, %3</source>
        <translation>%1 — %2, %3</translation>
    </message>
    <message>
        <source>Nothing is open</source>
        <translation>Nichts ist offen</translation>
    </message>
    <message>
        <source>Open a model to see what it is made of.</source>
        <translation>Ein Modell öffnen, um zu sehen, woraus es besteht.</translation>
    </message>
    <message>
        <source>Folder</source>
        <translation>Ordner</translation>
    </message>
    <message>
        <source>Family</source>
        <translation>Familie</translation>
    </message>
    <message>
        <source>Parameters</source>
        <translation>Parameter</translation>
    </message>
    <message>
        <source>%1 in %2</source>
        <translation>%1 in %2</translation>
    </message>
    <message>
        <source>Stored</source>
        <translation>Gespeichert</translation>
    </message>
    <message numerus="yes">
        <source>%1, %n file(s)</source>
        <translation>
            <numerusform>%1, %n Datei</numerusform>
            <numerusform>%1, %n Dateien</numerusform>
        </translation>
    </message>
    <message>
        <source>Blocks</source>
        <translation>Blöcke</translation>
    </message>
    <message>
        <source>Linear layers</source>
        <translation>Lineare Schichten</translation>
    </message>
    <message>
        <source>Hidden size</source>
        <translation>Breite (hidden size)</translation>
    </message>
    <message>
        <source>MLP size</source>
        <translation>Breite des MLP</translation>
    </message>
    <message>
        <source>Attention</source>
        <translation>Attention</translation>
    </message>
    <message numerus="yes">
        <source>%n head(s) of size %1</source>
        <translation>
            <numerusform>%n Kopf der Größe %1</numerusform>
            <numerusform>%n Köpfe der Größe %1</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%1 query heads, %n key/value head(s), of size %2</source>
        <translation>
            <numerusform>%1 Query-Köpfe, %n Key/Value-Kopf, Größe %2</numerusform>
            <numerusform>%1 Query-Köpfe, %n Key/Value-Köpfe, Größe %2</numerusform>
        </translation>
    </message>
    <message>
        <source>Context</source>
        <translation>Kontext</translation>
    </message>
    <message>
        <source>%1 tokens</source>
        <translation>%1 Token</translation>
    </message>
    <message>
        <source>Vocabulary</source>
        <translation>Vokabular</translation>
    </message>
    <message>
        <source>%1 tokens, tied embeddings</source>
        <translation>%1 Token, gemeinsame Einbettungen</translation>
    </message>
    <message>
        <source>Examine the files</source>
        <translation>Die Dateien untersuchen</translation>
    </message>
    <message>
        <source>Findings about the files</source>
        <translation>Befunde zu den Dateien</translation>
    </message>
    <message>
        <source>Reads every layer and says what loaders would refuse or compute wrongly: zero points, groups, scales, names, config</source>
        <translation>Liest jede Schicht und sagt, was Ladeprogramme ablehnen oder falsch berechnen würden: Nullpunkte, Gruppen, Skalierungen, Namen, Konfiguration</translation>
    </message>
    <message numerus="yes">
        <source>%n quantized layer(s) read: nothing that would make a loader fail or compute wrong numbers.</source>
        <translation>
            <numerusform>%n quantisierte Schicht gelesen: nichts, woran ein Ladeprogramm scheitern oder womit es falsche Zahlen berechnen würde.</numerusform>
            <numerusform>%n quantisierte Schichten gelesen: nichts, woran ein Ladeprogramm scheitern oder womit es falsche Zahlen berechnen würde.</numerusform>
        </translation>
    </message>
    <message>
        <source>A loader would fail or compute wrong numbers:</source>
        <translation>Ein Ladeprogramm würde scheitern oder falsche Zahlen berechnen:</translation>
    </message>
    <message>
        <source>Quantized</source>
        <translation>Quantisiert</translation>
    </message>
    <message>
        <source>… or drop it on this window: a model, a session, a recipe, lessons or texts.</source>
        <translation>… oder auf dieses Fenster ziehen: ein Modell, eine Sitzung, ein Rezept, Lektionen oder Texte.</translation>
    </message>
    <message>
        <source>Result of the examination</source>
        <translation>Ergebnis der Untersuchung</translation>
    </message>
</context>
<context>
    <name>salient::OverridePanel</name>
    <message>
        <source>No error is left in them.</source>
        <translation>Darin bleibt kein Fehler.</translation>
    </message>
    <message>
        <source>They had no error, and get that of rounding.</source>
        <translation>Bisher ohne Fehler, nun mit dem des Rundens.</translation>
    </message>
    <message>
        <source>By plain rounding, their error falls to 1/%1.</source>
        <translation>Bei einfachem Runden sinkt der Fehler darin auf 1/%1.</translation>
    </message>
    <message>
        <source>By plain rounding, their error grows %1 times.</source>
        <translation>Bei einfachem Runden wächst der Fehler darin auf das %1-Fache.</translation>
    </message>
    <message>
        <source>Run</source>
        <translation>Lauf</translation>
    </message>
    <message>
        <source>The run of the recipe whose layers get other settings</source>
        <translation>Der Lauf des Rezepts, dessen Schichten andere Einstellungen bekommen</translation>
    </message>
    <message>
        <source>Change</source>
        <translation>Änderung</translation>
    </message>
    <message>
        <source>What happens to these layers</source>
        <translation>Was mit diesen Schichten geschieht</translation>
    </message>
    <message>
        <source>Method of these layers</source>
        <translation>Verfahren dieser Schichten</translation>
    </message>
    <message>
        <source>How these layers are quantized</source>
        <translation>Wie diese Schichten quantisiert werden</translation>
    </message>
    <message>
        <source>Bits of these layers</source>
        <translation>Bits dieser Schichten</translation>
    </message>
    <message>
        <source>Bits per weight code</source>
        <translation>Bits pro Gewichtscode</translation>
    </message>
    <message>
        <source>Group size of these layers</source>
        <translation>Gruppengröße dieser Schichten</translation>
    </message>
    <message>
        <source>Apply</source>
        <translation>Anwenden</translation>
    </message>
    <message>
        <source>Take back</source>
        <translation>Zurücknehmen</translation>
    </message>
    <message>
        <source>same method</source>
        <translation>gleiches Verfahren</translation>
    </message>
    <message>
        <source>same bits</source>
        <translation>gleiche Bits</translation>
    </message>
    <message>
        <source>%1 bits</source>
        <translation>%1 Bit</translation>
    </message>
    <message>
        <source>same groups</source>
        <translation>gleiche Gruppen</translation>
    </message>
    <message>
        <source>Scaling of these layers</source>
        <translation>Skalierung dieser Schichten</translation>
    </message>
    <message>
        <source>SmoothQuant&apos;s α or AWQ&apos;s ratio; layers that read one input need the same, so match them all</source>
        <translation>α von SmoothQuant oder Exponent von AWQ; Schichten mit derselben Eingabe brauchen dasselbe, also alle auswählen</translation>
    </message>
    <message>
        <source>same scaling</source>
        <translation>gleiche Skalierung</translation>
    </message>
    <message>
        <source>α or ratio %1</source>
        <translation>α oder Exponent %1</translation>
    </message>
    <message>
        <source>α %1</source>
        <translation>α %1</translation>
    </message>
    <message>
        <source>ratio %1</source>
        <translation>Exponent %1</translation>
    </message>
    <message>
        <source>groups of %1</source>
        <translation>Gruppen zu %1</translation>
    </message>
    <message>
        <source>whole row</source>
        <translation>ganze Zeile</translation>
    </message>
    <message>
        <source>Put the change into the recipe; it can be undone</source>
        <translation>Die Änderung ins Rezept schreiben; sie lässt sich rückgängig machen</translation>
    </message>
    <message>
        <source>Remove the chosen change from its run (Delete)</source>
        <translation>Die gewählte Änderung aus ihrem Lauf entfernen (Entf)</translation>
    </message>
    <message>
        <source>What the change would do</source>
        <translation>Was die Änderung bewirken würde</translation>
    </message>
    <message>
        <source>Layers with other settings</source>
        <translation>Schichten mit anderen Einstellungen</translation>
    </message>
    <message>
        <source>In</source>
        <translation>In</translation>
    </message>
    <message>
        <source>all runs</source>
        <translation>allen Läufen</translation>
    </message>
    <message>
        <source>no layer</source>
        <translation>keine Schicht</translation>
    </message>
    <message>
        <source>Choose what is different for them.</source>
        <translation>Wählen, was bei ihnen anders ist.</translation>
    </message>
    <message>
        <source>They stay in 16 bits already, or nothing matches.</source>
        <translation>Sie bleiben schon in 16 Bit, oder nichts passt.</translation>
    </message>
    <message numerus="yes">
        <source>%n layer(s) of “%1” …</source>
        <translation>
            <numerusform>%n Schicht von „%1“ …</numerusform>
            <numerusform>%n Schichten von „%1“ …</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n layer(s): %1 → %2 (%3).</source>
        <translation>
            <numerusform>%n Schicht: %1 → %2 (%3).</numerusform>
            <numerusform>%n Schichten: %1 → %2 (%3).</numerusform>
        </translation>
    </message>
    <message>
        <source>They make %1 of the measured output error of this run.</source>
        <translation>Darauf entfallen %1 des gemessenen Ausgabefehlers dieses Laufs.</translation>
    </message>
    <message numerus="yes">
        <source>%1: %2 — %3 (%n layer(s))</source>
        <translation>
            <numerusform>%1: %2 — %3 (%n Schicht)</numerusform>
            <numerusform>%1: %2 — %3 (%n Schichten)</numerusform>
        </translation>
    </message>
    <message>
        <source>16 bits</source>
        <translation>16 Bit</translation>
    </message>
    <message>
        <source>layer settings</source>
        <translation>Einstellungen von Schichten</translation>
    </message>
    <message>
        <source>take back layer settings</source>
        <translation>Einstellungen von Schichten zurücknehmen</translation>
    </message>
    <message>
        <source>Choose a layer, or several with Ctrl or Shift, or type an expression above, to give them other bits or keep them in 16 bits.</source>
        <translation>Eine Schicht wählen, mit Strg oder Umschalt auch mehrere, oder oben einen Ausdruck eingeben, um ihnen andere Bits zu geben oder sie in 16 Bit zu lassen.</translation>
    </message>
    <message>
        <source>Clip of these layers</source>
        <translation>Clip dieser Schichten</translation>
    </message>
    <message>
        <source>Where AWQ cuts the range of every group, as a share of its largest |w|</source>
        <translation>Wo AWQ den Bereich jeder Gruppe beschneidet, als Anteil an ihrem größten |w|</translation>
    </message>
    <message>
        <source>keep in 16 bits</source>
        <translation>in 16 Bit lassen</translation>
    </message>
    <message>
        <source>quantize with</source>
        <translation>quantisieren mit</translation>
    </message>
    <message>
        <source>same clip</source>
        <translation>gleicher Clip</translation>
    </message>
    <message>
        <source>clip at %1 %</source>
        <translation>Clip bei %1 %</translation>
    </message>
    <message>
        <source>layers that match %1:</source>
        <translation>Schichten, die zu %1 passen:</translation>
    </message>
    <message numerus="yes">
        <source>the %n chosen layer(s):</source>
        <translation>
            <numerusform>die %n gewählte Schicht:</numerusform>
            <numerusform>die %n gewählten Schichten:</numerusform>
        </translation>
    </message>
    <message>
        <source>layer %1:</source>
        <translation>Schicht %1:</translation>
    </message>
    <message>
        <source>Plain rounding gives them the same error as before: only a run shows what this change does to it.</source>
        <translation>Bei einfachem Runden bleibt der Fehler darin gleich: Erst ein Lauf zeigt, was diese Änderung aus ihm macht.</translation>
    </message>
    <message>
        <source>Consecutive input columns that share scale and zero point; choose, or type any number. Formats hold sizes that divide the inputs of every layer, GGUF multiples of 32, awq one for all layers; dequantized holds any</source>
        <translation>Aufeinanderfolgende Eingangsspalten, die Skalierung und Nullpunkt teilen; auswählen oder eine beliebige Zahl eintippen. Formate fassen Größen, die die Eingänge jeder Schicht teilen, GGUF Vielfache von 32, awq eine für alle Schichten; dequantized fasst jede</translation>
    </message>
    <message>
        <source>No layer has other settings. Choose layers in the map, and what happens to them above.</source>
        <translation>Keine Schicht hat andere Einstellungen. Schichten in der Karte wählen, und darüber, was mit ihnen geschieht.</translation>
    </message>
</context>
<context>
    <name>salient::PageHost</name>
    <message>
        <source>%1 is open in a window of its own.</source>
        <translation>%1 ist in einem eigenen Fenster offen.</translation>
    </message>
    <message>
        <source>Show its window</source>
        <translation>Sein Fenster zeigen</translation>
    </message>
    <message>
        <source>Bring the window with this view to the front</source>
        <translation>Das Fenster mit dieser Ansicht nach vorn holen</translation>
    </message>
    <message>
        <source>Bring it back</source>
        <translation>Zurückholen</translation>
    </message>
    <message>
        <source>Close that window and show the view here</source>
        <translation>Jenes Fenster schließen und die Ansicht hier zeigen</translation>
    </message>
</context>
<context>
    <name>salient::QuantizePanel</name>
    <message>
        <source>Measure perplexity afterwards</source>
        <translation>Danach Perplexität messen</translation>
    </message>
    <message>
        <source>Quantize all</source>
        <translation>Alle quantisieren</translation>
    </message>
    <message>
        <source>Quantize this one</source>
        <translation>Diesen quantisieren</translation>
    </message>
    <message>
        <source>Name</source>
        <translation>Name</translation>
    </message>
    <message>
        <source>How this run is called in tables, pictures and the report</source>
        <translation>Wie dieser Lauf in Tabellen, Bildern und im Bericht heißt</translation>
    </message>
    <message>
        <source>Name of the run</source>
        <translation>Name des Laufs</translation>
    </message>
    <message>
        <source>name</source>
        <translation>Name</translation>
    </message>
    <message>
        <source>Runs</source>
        <translation>Läufe</translation>
    </message>
    <message>
        <source>Add method</source>
        <translation>Verfahren hinzufügen</translation>
    </message>
    <message>
        <source>Add a run to compare</source>
        <translation>Einen Lauf zum Vergleichen hinzufügen</translation>
    </message>
    <message>
        <source>Duplicate</source>
        <translation>Duplizieren</translation>
    </message>
    <message>
        <source>Copy the chosen run, to change one option of it</source>
        <translation>Den gewählten Lauf kopieren, um eine Einstellung daran zu ändern</translation>
    </message>
    <message>
        <source>Remove</source>
        <translation>Entfernen</translation>
    </message>
    <message>
        <source>Remove the chosen run from the list; results that are there stay</source>
        <translation>Den gewählten Lauf aus der Liste entfernen; vorhandene Ergebnisse bleiben</translation>
    </message>
    <message>
        <source>Copy as command</source>
        <translation>Als Befehl kopieren</translation>
    </message>
    <message>
        <source>Put the same job on the clipboard as command lines of salient-cli</source>
        <translation>Denselben Auftrag als Befehlszeilen von salient-cli in die Zwischenablage legen</translation>
    </message>
    <message>
        <source>A .txt or .jsonl file, not the calibration text</source>
        <translation>Eine Datei .txt oder .jsonl, nicht der Kalibriertext</translation>
    </message>
    <message>
        <source>Evaluation text</source>
        <translation>Bewertungstext</translation>
    </message>
    <message>
        <source>The text whose perplexity is measured</source>
        <translation>Der Text, dessen Perplexität gemessen wird</translation>
    </message>
    <message>
        <source>Choose…</source>
        <translation>Wählen…</translation>
    </message>
    <message>
        <source>Run the evaluation text through the original and every quantized model</source>
        <translation>Den Bewertungstext durch das Original und jedes quantisierte Modell schicken</translation>
    </message>
    <message>
        <source>Execute every run of the list, one after another</source>
        <translation>Alle Läufe der Liste nacheinander ausführen</translation>
    </message>
    <message>
        <source>Execute the chosen run alone</source>
        <translation>Nur den gewählten Lauf ausführen</translation>
    </message>
    <message>
        <source>the whole text</source>
        <translation>der ganze Text</translation>
    </message>
    <message>
        <source> windows of the text</source>
        <translation> Fenster des Texts</translation>
    </message>
    <message>
        <source>Evaluation windows</source>
        <translation>Bewertungsfenster</translation>
    </message>
    <message>
        <source>How much of the evaluation text is scored; 0: all of it. Compare figures of equal windows only</source>
        <translation>Wie viel des Bewertungstexts bewertet wird; 0: alles. Nur Messwerte gleicher Fenster vergleichen</translation>
    </message>
    <message>
        <source>add run</source>
        <translation>Lauf hinzufügen</translation>
    </message>
    <message>
        <source>duplicate run</source>
        <translation>Lauf duplizieren</translation>
    </message>
    <message>
        <source>remove run</source>
        <translation>Lauf entfernen</translation>
    </message>
    <message>
        <source>Problem of the chosen method</source>
        <translation>Problem des gewählten Verfahrens</translation>
    </message>
    <message>
        <source>Why nothing can be quantized</source>
        <translation>Warum nichts quantisiert werden kann</translation>
    </message>
    <message>
        <source>Memory and time</source>
        <translation>Speicher und Dauer</translation>
    </message>
    <message>
        <source>No run is planned. Add a method above.</source>
        <translation>Kein Lauf ist geplant. Oben ein Verfahren hinzufügen.</translation>
    </message>
    <message>
        <source>Choose the evaluation text</source>
        <translation>Den Bewertungstext wählen</translation>
    </message>
    <message>
        <source>Memory limit</source>
        <translation>Speichergrenze</translation>
    </message>
    <message>
        <source>none</source>
        <translation>keine</translation>
    </message>
    <message>
        <source> GB</source>
        <translation> GB</translation>
    </message>
    <message>
        <source>The most memory that this program may hold while a job runs, in GB of 10⁹ bytes; 0: no limit. Calibrating and quantizing do not start where they are forecast to need more; a job that comes to hold more ends with an error, and what is finished stays</source>
        <translation>So viel Arbeitsspeicher darf das Programm höchstens belegen, während eine Aufgabe läuft, in GB zu 10⁹ Byte; 0: keine Grenze. Kalibrieren und Quantisieren beginnen nicht, wo sie voraussichtlich mehr brauchen; eine Aufgabe, die mehr belegt, endet mit einem Fehler, und was fertig ist, bleibt</translation>
    </message>
</context>
<context>
    <name>salient::QuestionBox</name>
    <message>
        <source>&amp;Reveal</source>
        <translation>Au&amp;flösen</translation>
    </message>
    <message>
        <source>Predict, then reveal</source>
        <translation>Vorhersagen, dann auflösen</translation>
    </message>
    <message>
        <source>your prediction</source>
        <translation>Vorhersage</translation>
    </message>
    <message>
        <source>A number; right within ± %1</source>
        <translation>Eine Zahl; richtig auf ± %1 genau</translation>
    </message>
    <message>
        <source>Show what comes out (Return)</source>
        <translation>Zeigen, was herauskommt (Eingabetaste)</translation>
    </message>
    <message>
        <source>What comes out: %1</source>
        <translation>Heraus kommt: %1</translation>
    </message>
    <message>
        <source>Right. What comes out: %1</source>
        <translation>Richtig. Heraus kommt: %1</translation>
    </message>
    <message>
        <source>Not quite. What comes out: %1</source>
        <translation>Nicht ganz. Heraus kommt: %1</translation>
    </message>
</context>
<context>
    <name>salient::RecipeRunsModel</name>
    <message>
        <source>Run</source>
        <translation>Lauf</translation>
    </message>
    <message>
        <source>Grid</source>
        <translation>Raster</translation>
    </message>
</context>
<context>
    <name>salient::RunMenu</name>
    <message>
        <source>P&amp;ause</source>
        <translation>&amp;Anhalten</translation>
    </message>
    <message>
        <source>Let the running job wait where it is; nothing is lost</source>
        <translation>Die laufende Aufgabe warten lassen, wo sie ist; nichts geht verloren</translation>
    </message>
    <message>
        <source>Cancel the r&amp;unning job</source>
        <translation>&amp;Laufende Aufgabe abbrechen</translation>
    </message>
    <message>
        <source>Stop it at its next checkpoint; nothing half done is kept</source>
        <translation>Sie an ihrem nächsten Haltepunkt beenden; nichts Halbfertiges bleibt zurück</translation>
    </message>
    <message>
        <source>Cancel all &amp;jobs</source>
        <translation>Alle A&amp;ufgaben abbrechen</translation>
    </message>
    <message>
        <source>Stop the running job and take back those that wait; what is done is kept</source>
        <translation>Die laufende Aufgabe beenden und die wartenden zurücknehmen; was fertig ist, bleibt</translation>
    </message>
</context>
<context>
    <name>salient::SamplesModel</name>
    <message>
        <source>Where the window starts in the text, in tokens</source>
        <translation>Wo das Fenster im Text beginnt, in Token</translation>
    </message>
    <message>
        <source>#</source>
        <translation>#</translation>
    </message>
    <message>
        <source>Start</source>
        <translation>Beginn</translation>
    </message>
    <message>
        <source>Tokens</source>
        <translation>Token</translation>
    </message>
    <message>
        <source>Begins with</source>
        <translation>Beginnt mit</translation>
    </message>
</context>
<context>
    <name>salient::SelectionBar</name>
    <message>
        <source>The layer that Channels, Stepper, Tune and Compare look at</source>
        <translation>Die Schicht, die Kanäle, Einzelschritte, Abstimmen und Vergleichen ansehen</translation>
    </message>
    <message>
        <source>Layer</source>
        <translation>Schicht</translation>
    </message>
    <message>
        <source>Layer before (Alt+Left)</source>
        <translation>Vorige Schicht (Alt+Links)</translation>
    </message>
    <message>
        <source>Layer before</source>
        <translation>Vorige Schicht</translation>
    </message>
    <message>
        <source>Next layer (Alt+Right)</source>
        <translation>Nächste Schicht (Alt+Rechts)</translation>
    </message>
    <message>
        <source>Next layer</source>
        <translation>Nächste Schicht</translation>
    </message>
    <message>
        <source>The input channel, a column of the weight, in every view</source>
        <translation>Der Eingangskanal, eine Spalte der Gewichte, in allen Ansichten</translation>
    </message>
    <message>
        <source>Channel</source>
        <translation>Kanal</translation>
    </message>
    <message>
        <source>The output row of the weight, in every view</source>
        <translation>Die Ausgangszeile der Gewichte, in allen Ansichten</translation>
    </message>
    <message>
        <source>Row</source>
        <translation>Zeile</translation>
    </message>
    <message>
        <source>Block %1 · %2  (%3 × %4)</source>
        <translation>Block %1 · %2  (%3 × %4)</translation>
    </message>
</context>
<context>
    <name>salient::SensitivityModel</name>
    <message>
        <source>Energy of this layer&apos;s output error over energy of its output, on the calibration text</source>
        <translation>Energie des Ausgabefehlers dieser Schicht durch Energie ihrer Ausgabe, auf dem Kalibriertext</translation>
    </message>
    <message>
        <source>Mean KL divergence from the original, in nats, when this layer alone is quantized</source>
        <translation>Mittlere KL-Divergenz vom Original, in Nat, wenn nur diese Schicht quantisiert ist</translation>
    </message>
    <message>
        <source>Of the sum over all measured layers</source>
        <translation>An der Summe über alle gemessenen Schichten</translation>
    </message>
    <message>
        <source>Mean loss minus the original&apos;s, in nats, when this layer alone is quantized; a negative one is chance</source>
        <translation>Mittlerer Verlust minus der des Originals, in Nat, wenn nur diese Schicht quantisiert ist; ein negativer ist Zufall</translation>
    </message>
    <message>
        <source>Share of the predictions whose likeliest token stays the same</source>
        <translation>Anteil der Vorhersagen, deren wahrscheinlichstes Token gleich bleibt</translation>
    </message>
    <message>
        <source>Bits</source>
        <translation>Bits</translation>
    </message>
    <message>
        <source>Output error</source>
        <translation>Fehler</translation>
    </message>
    <message>
        <source>KL, nats</source>
        <translation>KL, Nat</translation>
    </message>
    <message>
        <source>Share</source>
        <translation>Anteil</translation>
    </message>
    <message>
        <source>Added loss</source>
        <translation>Mehrverlust</translation>
    </message>
    <message>
        <source>Same top</source>
        <translation>Top gleich</translation>
    </message>
</context>
<context>
    <name>salient::SessionKeeper</name>
    <message>
        <source>The earlier session was not restored</source>
        <translation>Die frühere Sitzung wurde nicht wiederhergestellt</translation>
    </message>
    <message>
        <source>Session</source>
        <translation>Sitzung</translation>
    </message>
    <message>
        <source>“%1” is too large to be kept: when the session is opened again, its numbers will be there, its weights will not.</source>
        <translation>„%1“ ist zu groß, um aufbewahrt zu werden: wenn die Sitzung wieder geöffnet wird, sind seine Zahlen da, seine Gewichte nicht.</translation>
    </message>
    <message>
        <source>The session could not be saved</source>
        <translation>Die Sitzung ließ sich nicht speichern</translation>
    </message>
    <message>
        <source>Save the session</source>
        <translation>Die Sitzung speichern</translation>
    </message>
    <message>
        <source>%1: a folder of that name cannot be made.</source>
        <translation>%1: ein Ordner dieses Namens lässt sich nicht anlegen.</translation>
    </message>
    <message>
        <source>%1 holds other files. Choose a new folder.</source>
        <translation>%1 enthält andere Dateien. Einen neuen Ordner wählen.</translation>
    </message>
    <message>
        <source>%1 is open in another window.</source>
        <translation>%1 ist in einem anderen Fenster offen.</translation>
    </message>
    <message>
        <source>Open session</source>
        <translation>Sitzung öffnen</translation>
    </message>
</context>
<context>
    <name>salient::SidePane</name>
    <message>
        <source>To a window of its own</source>
        <translation>In ein eigenes Fenster</translation>
    </message>
    <message>
        <source>Close the page beside</source>
        <translation>Die Seite daneben schließen</translation>
    </message>
    <message>
        <source>Beside: %1</source>
        <translation>Daneben: %1</translation>
    </message>
</context>
<context>
    <name>salient::SmoothExampleView</name>
    <message>
        <source>α, the share of the difficulty that moves into the weights</source>
        <translation>α, der Anteil der Schwierigkeit, der in die Gewichte wandert</translation>
    </message>
    <message>
        <source>α, 0 to 1 (no unit): how much of the difficulty moves from activations into weights</source>
        <translation>α, 0 bis 1 (ohne Einheit): wie viel der Schwierigkeit von den Aktivierungen in die Gewichte wandert</translation>
    </message>
    <message>
        <source>α</source>
        <translation>α</translation>
    </message>
    <message>
        <source>Codes without smoothing</source>
        <translation>Codes ohne Glättung</translation>
    </message>
    <message>
        <source>Codes with it</source>
        <translation>Codes mit Glättung</translation>
    </message>
    <message>
        <source>Largest |x|, |w|: before</source>
        <translation>Größtes |x|, |w|: vorher</translation>
    </message>
    <message>
        <source>… after</source>
        <translation>… nachher</translation>
    </message>
    <message>
        <source>Row 0: largest |x| of each channel, row 1: largest |w|</source>
        <translation>Zeile 0: größtes |x| jedes Kanals, Zeile 1: größtes |w|</translation>
    </message>
    <message>
        <source>Output error over α</source>
        <translation>Ausgabefehler über α</translation>
    </message>
    <message>
        <source>error, %</source>
        <translation>Fehler, %</translation>
    </message>
    <message>
        <source>Output error: %1 without smoothing, %2 with α = %3.</source>
        <translation>Ausgabefehler: %1 ohne Glättung, %2 mit α = %3.</translation>
    </message>
</context>
<context>
    <name>salient::SpectrumPanel</name>
    <message>
        <source>Summary of the spectrum</source>
        <translation>Zusammenfassung des Spektrums</translation>
    </message>
    <message>
        <source>Spectrum of H</source>
        <translation>Spektrum von H</translation>
    </message>
    <message>
        <source>The eigenvalues of the Hessian of this input: its power along each direction, largest first</source>
        <translation>Die Eigenwerte der Hesse-Matrix dieser Eingabe: ihre Leistung in jeder Richtung, größte zuerst</translation>
    </message>
    <message>
        <source>direction, by its power</source>
        <translation>Richtung, nach ihrer Leistung</translation>
    </message>
    <message>
        <source>eigenvalue of H</source>
        <translation>Eigenwert von H</translation>
    </message>
    <message>
        <source>eigenvalue</source>
        <translation>Eigenwert</translation>
    </message>
    <message>
        <source>damping</source>
        <translation>Dämpfung</translation>
    </message>
    <message>
        <source>direction</source>
        <translation>Richtung</translation>
    </message>
    <message>
        <source>below the damping</source>
        <translation>unter der Dämpfung</translation>
    </message>
    <message>
        <source>No direction was seen: all channels are dead (%1).</source>
        <translation>Keine Richtung wurde gesehen: alle Kanäle sind tot (%1).</translation>
    </message>
    <message>
        <source>Below the damping of %1: %2 of %3 directions.</source>
        <translation>Unter der Dämpfung von %1: %2 von %3 Richtungen.</translation>
    </message>
    <message>
        <source>%1 directions, without damping.</source>
        <translation>%1 Richtungen, ohne Dämpfung.</translation>
    </message>
    <message>
        <source>Never seen: %1. Dead channels: %2.</source>
        <translation>Nie gesehen: %1. Tote Kanäle: %2.</translation>
    </message>
    <message>
        <source>Condition number after damping: %1.</source>
        <translation>Konditionszahl nach der Dämpfung: %1.</translation>
    </message>
    <message>
        <source>Condition number: %1.</source>
        <translation>Konditionszahl: %1.</translation>
    </message>
    <message>
        <source>Choose a layer to see the eigenvalues of its Hessian.</source>
        <translation>Eine Schicht wählen, um die Eigenwerte ihrer Hesse-Matrix zu sehen.</translation>
    </message>
</context>
<context>
    <name>salient::StepDots</name>
    <message>
        <source>Step %1 of %2</source>
        <translation>Schritt %1 von %2</translation>
    </message>
</context>
<context>
    <name>salient::StepperPanel</name>
    <message>
        <source>E&amp;rror above</source>
        <translation>F&amp;ehler über</translation>
    </message>
    <message>
        <source>&amp;Group start</source>
        <translation>&amp;Gruppenanfang</translation>
    </message>
    <message>
        <source>To the start</source>
        <translation>An den Anfang</translation>
    </message>
    <message>
        <source>To the start (Home)</source>
        <translation>An den Anfang (Pos1)</translation>
    </message>
    <message>
        <source>Back one group</source>
        <translation>Eine Gruppe zurück</translation>
    </message>
    <message>
        <source>Back to the start of a group (Shift+Left)</source>
        <translation>Zurück an den Anfang einer Gruppe (Umschalt+Links)</translation>
    </message>
    <message>
        <source>Back one block</source>
        <translation>Einen Block zurück</translation>
    </message>
    <message>
        <source>Back to the start of a block of columns (Page Up)</source>
        <translation>Zurück an den Anfang eines Spaltenblocks (Bild auf)</translation>
    </message>
    <message>
        <source>Back one column</source>
        <translation>Eine Spalte zurück</translation>
    </message>
    <message>
        <source>Back one column (Left)</source>
        <translation>Eine Spalte zurück (Links)</translation>
    </message>
    <message>
        <source>Play</source>
        <translation>Abspielen</translation>
    </message>
    <message>
        <source>Play or pause (Space)</source>
        <translation>Abspielen oder anhalten (Leertaste)</translation>
    </message>
    <message>
        <source>Forward one column</source>
        <translation>Eine Spalte vor</translation>
    </message>
    <message>
        <source>Forward one column (Right)</source>
        <translation>Eine Spalte vor (Rechts)</translation>
    </message>
    <message>
        <source>Forward one block</source>
        <translation>Einen Block vor</translation>
    </message>
    <message>
        <source>To the next block of columns (Page Down)</source>
        <translation>Zum nächsten Spaltenblock (Bild ab)</translation>
    </message>
    <message>
        <source>Forward one group</source>
        <translation>Eine Gruppe vor</translation>
    </message>
    <message>
        <source>To the next group (Shift+Right)</source>
        <translation>Zur nächsten Gruppe (Umschalt+Rechts)</translation>
    </message>
    <message>
        <source>To the end</source>
        <translation>Ans Ende</translation>
    </message>
    <message>
        <source>To the end (End)</source>
        <translation>Ans Ende (Ende)</translation>
    </message>
    <message>
        <source>Columns &amp;done</source>
        <translation>S&amp;palten fertig</translation>
    </message>
    <message>
        <source>Number of columns already quantized</source>
        <translation>Anzahl der schon quantisierten Spalten</translation>
    </message>
    <message>
        <source>Columns done</source>
        <translation>Spalten fertig</translation>
    </message>
    <message>
        <source>S&amp;peed</source>
        <translation>&amp;Tempo</translation>
    </message>
    <message>
        <source>Columns per second while playing</source>
        <translation>Spalten pro Sekunde beim Abspielen</translation>
    </message>
    <message>
        <source>Speed, columns per second</source>
        <translation>Tempo, Spalten pro Sekunde</translation>
    </message>
    <message>
        <source>%1 columns/s</source>
        <translation>%1 Spalten/s</translation>
    </message>
    <message>
        <source>Stop at</source>
        <translation>Halt bei</translation>
    </message>
    <message>
        <source>Stop playing after a column in which some |w − ŵ| is larger than this (no unit)</source>
        <translation>Nach einer Spalte anhalten, in der ein |w − ŵ| größer als dies ist (ohne Einheit)</translation>
    </message>
    <message>
        <source>Largest error before stopping</source>
        <translation>Größter Fehler vor dem Anhalten</translation>
    </message>
    <message>
        <source>Stop playing before the first column of a group, where a new scale is taken</source>
        <translation>Vor der ersten Spalte einer Gruppe anhalten, wo eine neue Skalierung genommen wird</translation>
    </message>
    <message>
        <source>W, updated so far</source>
        <translation>W, bis hierher korrigiert</translation>
    </message>
    <message>
        <source>Error W − Ŵ left behind</source>
        <translation>Hinterlassener Fehler W − Ŵ</translation>
    </message>
    <message>
        <source>Update about to be subtracted</source>
        <translation>Korrektur, die gleich abgezogen wird</translation>
    </message>
    <message>
        <source>row</source>
        <translation>Zeile</translation>
    </message>
    <message>
        <source>channel</source>
        <translation>Kanal</translation>
    </message>
    <message>
        <source>weight</source>
        <translation>Gewicht</translation>
    </message>
    <message>
        <source>Choose a layer to step through.</source>
        <translation>Eine Schicht wählen, um sie durchzugehen.</translation>
    </message>
    <message>
        <source>Where the algorithm stands</source>
        <translation>Wo das Verfahren steht</translation>
    </message>
    <message>
        <source>The update in numbers</source>
        <translation>Die Korrektur in Zahlen</translation>
    </message>
    <message>
        <source>Loss ½ tr(D H Dᵀ)</source>
        <translation>Verlust ½ tr(D H Dᵀ)</translation>
    </message>
    <message>
        <source>columns done</source>
        <translation>Spalten fertig</translation>
    </message>
    <message>
        <source>loss</source>
        <translation>Verlust</translation>
    </message>
    <message>
        <source>Row of U in use</source>
        <translation>Benutzte Zeile von U</translation>
    </message>
    <message>
        <source>What flowed into the chosen cell</source>
        <translation>Was in die gewählte Zelle floss</translation>
    </message>
    <message>
        <source>U is the Cholesky factor of H⁻¹ = UᵀU: its row q says how the error of column q spreads.
Or: how much each earlier column&apos;s error changed the chosen cell before it was rounded.</source>
        <translation>U ist der Cholesky-Faktor von H⁻¹ = UᵀU: seine Zeile q sagt, wie sich der Fehler von Spalte q verteilt.
Oder: wie sehr der Fehler jeder früheren Spalte die gewählte Zelle verändert hat, bevor sie gerundet wurde.</translation>
    </message>
    <message>
        <source>What the chart shows</source>
        <translation>Was das Diagramm zeigt</translation>
    </message>
    <message>
        <source> of %1</source>
        <translation> von %1</translation>
    </message>
    <message>
        <source>Pause</source>
        <translation>Anhalten</translation>
    </message>
    <message>
        <source>All columns are done.</source>
        <translation>Alle Spalten sind fertig.</translation>
    </message>
    <message>
        <source>Stopped: error %1 in channel %2.</source>
        <translation>Angehalten: Fehler %1 in Kanal %2.</translation>
    </message>
    <message>
        <source>Stopped: group %1 starts.</source>
        <translation>Angehalten: Gruppe %1 beginnt.</translation>
    </message>
    <message>
        <source>block</source>
        <translation>Block</translation>
    </message>
    <message>
        <source>group %1</source>
        <translation>Gruppe %1</translation>
    </message>
    <message>
        <source>q = %1</source>
        <translation>q = %1</translation>
    </message>
    <message>
        <source>&lt;b&gt;%1&lt;/b&gt;&lt;br&gt;All %2 columns are done. Loss %3; plain rounding leaves %4.</source>
        <translation>&lt;b&gt;%1&lt;/b&gt;&lt;br&gt;Alle %2 Spalten sind fertig. Verlust %3; einfaches Runden lässt %4.</translation>
    </message>
    <message>
        <source>GPTQ leaves %1 % of it.</source>
        <translation>GPTQ lässt davon %1 %.</translation>
    </message>
    <message>
        <source>&lt;b&gt;%1&lt;/b&gt;&lt;br&gt;Column &lt;i&gt;q&lt;/i&gt; = %2 is input channel %3; block %4 of %5, group %6; output row&amp;nbsp;&lt;i&gt;r&lt;/i&gt;&amp;nbsp;=&amp;nbsp;%7.</source>
        <translation>&lt;b&gt;%1&lt;/b&gt;&lt;br&gt;Spalte &lt;i&gt;q&lt;/i&gt; = %2 ist Eingangskanal %3; Block %4 von %5, Gruppe %6; Ausgangszeile&amp;nbsp;&lt;i&gt;r&lt;/i&gt;&amp;nbsp;=&amp;nbsp;%7.</translation>
    </message>
    <message>
        <source>U[q, q:]</source>
        <translation>U[q, q:]</translation>
    </message>
    <message>
        <source>column in processing order</source>
        <translation>Spalte, in Bearbeitungsfolge</translation>
    </message>
    <message>
        <source>U[q, j]</source>
        <translation>U[q, j]</translation>
    </message>
    <message>
        <source>No column is left.</source>
        <translation>Keine Spalte ist mehr übrig.</translation>
    </message>
    <message>
        <source>earlier column, in processing order</source>
        <translation>frühere Spalte, in Bearbeitungsfolge</translation>
    </message>
    <message>
        <source>change of the weight</source>
        <translation>Änderung des Gewichts</translation>
    </message>
    <message>
        <source>Errors that flowed into the chosen cell</source>
        <translation>Fehler, die in die gewählte Zelle flossen</translation>
    </message>
    <message>
        <source>Choose a cell in one of the pictures.</source>
        <translation>Eine Zelle in einem der Bilder wählen.</translation>
    </message>
    <message>
        <source>Nothing flows into the first column.</source>
        <translation>In die erste Spalte fließt nichts.</translation>
    </message>
    <message>
        <source>Into row %1, channel %2</source>
        <translation>In Zeile %1, Kanal %2</translation>
    </message>
    <message>
        <source>GPTQ so far</source>
        <translation>GPTQ bisher</translation>
    </message>
    <message>
        <source>total if the rest were rounded now</source>
        <translation>gesamt, Rest jetzt gerundet</translation>
    </message>
    <message>
        <source>U</source>
        <translation>U</translation>
    </message>
    <message>
        <source>change</source>
        <translation>Änderung</translation>
    </message>
    <message>
        <source>Left of q, in the columns that are done: Ŵ, rounded for good. From q on: W with all updates so far.</source>
        <translation>Links von q, in den fertigen Spalten: Ŵ, endgültig gerundet. Ab q: W mit allen bisherigen Korrekturen.</translation>
    </message>
    <message>
        <source>plain rounding, from %1 of %2 rows</source>
        <translation>einfaches Runden, aus %1 von %2 Zeilen</translation>
    </message>
    <message>
        <source>plain rounding</source>
        <translation>einfaches Runden</translation>
    </message>
    <message>
        <source>Why it stopped</source>
        <translation>Warum angehalten wurde</translation>
    </message>
    <message>
        <source>%1 of %2 columns done</source>
        <translation>%1 von %2 Spalten fertig</translation>
    </message>
    <message>
        <source>channel %1 in hand</source>
        <translation>Kanal %1 in Arbeit</translation>
    </message>
    <message>
        <source>cell of row %1, channel %2</source>
        <translation>Zelle in Zeile %1, Kanal %2</translation>
    </message>
    <message>
        <source>tried out: %1</source>
        <translation>ausprobiert: %1</translation>
    </message>
    <message>
        <source>Stepper: %1</source>
        <translation>Einzelschritte: %1</translation>
    </message>
    <message>
        <source>Steps: arrow keys go from column to column</source>
        <translation>Einzelschritte: Pfeiltasten gehen von Spalte zu Spalte</translation>
    </message>
</context>
<context>
    <name>salient::TimeForecaster</name>
    <message>
        <source>Forecast</source>
        <translation>Vorhersage</translation>
    </message>
</context>
<context>
    <name>salient::TokenMapPanel</name>
    <message>
        <source>Find largest tokens</source>
        <translation>Größte Token suchen</translation>
    </message>
    <message>
        <source>Window</source>
        <translation>Fenster</translation>
    </message>
    <message>
        <source>The calibration window whose tokens are shown</source>
        <translation>Das Kalibrierfenster, dessen Token gezeigt werden</translation>
    </message>
    <message>
        <source>&amp;Window</source>
        <translation>Fe&amp;nster</translation>
    </message>
    <message>
        <source>Tokens × channels</source>
        <translation>Token × Kanäle</translation>
    </message>
    <message>
        <source>activation x</source>
        <translation>Aktivierung x</translation>
    </message>
    <message>
        <source>row</source>
        <translation>Zeile</translation>
    </message>
    <message>
        <source>input channel</source>
        <translation>Eingangskanal</translation>
    </message>
    <message>
        <source>Token under the cursor</source>
        <translation>Token am Fadenkreuz</translation>
    </message>
    <message>
        <source>Runs all calibration windows up to this layer once more, and lists the ten tokens with the largest |x| of the chosen channel</source>
        <translation>Rechnet alle Kalibrierfenster noch einmal bis zu dieser Schicht und nennt die zehn Token mit dem größten |x| des gewählten Kanals</translation>
    </message>
    <message>
        <source>Value</source>
        <translation>Wert</translation>
    </message>
    <message>
        <source>Token</source>
        <translation>Token</translation>
    </message>
    <message>
        <source>Text</source>
        <translation>Text</translation>
    </message>
    <message>
        <source>Largest tokens</source>
        <translation>Größte Token</translation>
    </message>
    <message>
        <source>of %1</source>
        <translation>von %1</translation>
    </message>
    <message>
        <source>Tokens × channels, window %1</source>
        <translation>Token × Kanäle, Fenster %1</translation>
    </message>
    <message>
        <source>No token of this window reached this input.</source>
        <translation>Kein Token dieses Fensters hat diese Eingabe erreicht.</translation>
    </message>
    <message>
        <source>Token %1 “%2”, channel %3: %4</source>
        <translation>Token %1 „%2“, Kanal %3: %4</translation>
    </message>
    <message>
        <source>Looking through all windows …</source>
        <translation>Alle Fenster werden durchsucht …</translation>
    </message>
    <message>
        <source>Largest tokens of channel %1</source>
        <translation>Größte Token von Kanal %1</translation>
    </message>
    <message>
        <source>Choose a channel, in the heatmap or under Channels.</source>
        <translation>Einen Kanal wählen, in der Heatmap oder unter Kanäle.</translation>
    </message>
    <message>
        <source>Choose a channel, then find its largest tokens.</source>
        <translation>Einen Kanal wählen, dann seine größten Token suchen.</translation>
    </message>
    <message>
        <source>Choose a layer to see what a window of the calibration text does to its channels.</source>
        <translation>Eine Schicht wählen, um zu sehen, was ein Fenster des Kalibriertexts mit ihren Kanälen macht.</translation>
    </message>
</context>
<context>
    <name>salient::TokenRuler</name>
    <message>
        <source>The tokens of the window, one for each row of the heatmap</source>
        <translation>Die Token des Fensters, eines pro Zeile der Heatmap</translation>
    </message>
    <message>
        <source>Tokens</source>
        <translation>Token</translation>
    </message>
</context>
<context>
    <name>salient::TokenWorkflow</name>
    <message>
        <source>These statistics came from a file, which does not tell one token from another.</source>
        <translation>Diese Statistiken stammen aus einer Datei, die einzelne Token nicht unterscheidet.</translation>
    </message>
    <message>
        <source>This layer has %1 inputs. The spectrum is computed for up to %2: beyond, it would take minutes.</source>
        <translation>Diese Schicht hat %1 Eingänge. Das Spektrum wird bis %2 berechnet: darüber würde es Minuten dauern.</translation>
    </message>
    <message>
        <source>Tokens of %1</source>
        <translation>Token von %1</translation>
    </message>
    <message>
        <source>Largest tokens of channel %1</source>
        <translation>Größte Token von Kanal %1</translation>
    </message>
    <message>
        <source>Spectrum of %1</source>
        <translation>Spektrum von %1</translation>
    </message>
    <message>
        <source>Convergence of %1</source>
        <translation>Konvergenz von %1</translation>
    </message>
</context>
<context>
    <name>salient::TuneAnswers</name>
    <message>
        <source>Exact error</source>
        <translation>Genauer Fehler</translation>
    </message>
    <message>
        <source>Exact loss curve</source>
        <translation>Genaue Verlustkurve</translation>
    </message>
    <message>
        <source>Exact error of the clip</source>
        <translation>Genauer Fehler des Clips</translation>
    </message>
</context>
<context>
    <name>salient::TuneDifficultyView</name>
    <message>
        <source>Activations: largest |x| per channel</source>
        <translation>Aktivierungen: größtes |x| pro Kanal</translation>
    </message>
    <message>
        <source>Weights: largest |w| per channel</source>
        <translation>Gewichte: größtes |w| pro Kanal</translation>
    </message>
    <message>
        <source>Shift+drag changes the scale of the channel under the cursor. </source>
        <translation>Umschalt+Ziehen ändert die Skalierung des Kanals unter dem Mauszeiger. </translation>
    </message>
    <message>
        <source>input channel</source>
        <translation>Eingangskanal</translation>
    </message>
    <message>
        <source>largest magnitude</source>
        <translation>größter Betrag</translation>
    </message>
    <message>
        <source>channel</source>
        <translation>Kanal</translation>
    </message>
    <message>
        <source>channel %1</source>
        <translation>Kanal %1</translation>
    </message>
    <message>
        <source>after, |x| / s</source>
        <translation>nachher, |x| / s</translation>
    </message>
    <message>
        <source>before</source>
        <translation>vorher</translation>
    </message>
    <message>
        <source>after, |w| · s</source>
        <translation>nachher, |w| · s</translation>
    </message>
    <message>
        <source>Choose a layer to tune.</source>
        <translation>Eine Schicht wählen, um sie abzustimmen.</translation>
    </message>
</context>
<context>
    <name>salient::TunePanel</name>
    <message>
        <source>AWQ ratio</source>
        <translation>AWQ-Exponent</translation>
    </message>
    <message>
        <source>SmoothQuant α</source>
        <translation>SmoothQuant α</translation>
    </message>
    <message>
        <source>Which scales to tune: AWQ&apos;s s = mean|x|^ratio, judged by weight rounding; or SmoothQuant&apos;s s = max|x|^α / max|w|^(1−α), judged by 8-bit weights and activations</source>
        <translation>Welche Skalierungen abgestimmt werden: s = mittleres|x|^Exponent von AWQ, beurteilt nach dem Runden der Gewichte; oder s = max|x|^α / max|w|^(1−α) von SmoothQuant, beurteilt mit 8-Bit-Gewichten und -Aktivierungen</translation>
    </message>
    <message>
        <source>&amp;Method</source>
        <translation>&amp;Verfahren</translation>
    </message>
    <message>
        <source>Use &amp;optimum</source>
        <translation>&amp;Optimum nehmen</translation>
    </message>
    <message>
        <source>Set the value to the lowest point of the loss curve</source>
        <translation>Den Wert auf den tiefsten Punkt der Verlustkurve setzen</translation>
    </message>
    <message>
        <source>&amp;Reset</source>
        <translation>&amp;Zurücksetzen</translation>
    </message>
    <message>
        <source>Back to 0.5, all channels as the value gives them</source>
        <translation>Zurück auf 0,5, alle Kanäle so, wie der Wert sie ergibt</translation>
    </message>
    <message>
        <source>P&amp;in</source>
        <translation>&amp;Merken</translation>
    </message>
    <message>
        <source>Keep this state in the chart, to compare the next ones with</source>
        <translation>Diesen Zustand im Diagramm behalten, um die nächsten damit zu vergleichen</translation>
    </message>
    <message>
        <source>Relative output error</source>
        <translation>Relativer Ausgabefehler</translation>
    </message>
    <message>
        <source>tr(D H Dᵀ) / tr(W H Wᵀ): squared output error relative to the squared output, in percent.
≈ means: estimated from some of the rows, the exact number follows.</source>
        <translation>tr(D H Dᵀ) / tr(W H Wᵀ): quadrierter Ausgabefehler im Verhältnis zur quadrierten Ausgabe, in Prozent.
≈ heißt: aus einem Teil der Zeilen geschätzt, die genaue Zahl folgt.</translation>
    </message>
    <message>
        <source>&amp;Apply to this input</source>
        <translation>Auf diese Eingabe an&amp;wenden</translation>
    </message>
    <message>
        <source>Apply to a&amp;ll like this</source>
        <translation>Auf alle g&amp;leichen anwenden</translation>
    </message>
    <message>
        <source>Write this value into the recipe, for the same layers of every block</source>
        <translation>Diesen Wert ins Rezept schreiben, für dieselben Schichten jedes Blocks</translation>
    </message>
    <message>
        <source>Error over the whole range</source>
        <translation>Fehler über den ganzen Bereich</translation>
    </message>
    <message>
        <source>Input channel whose scale is changed by hand</source>
        <translation>Eingangskanal, dessen Skalierung von Hand geändert wird</translation>
    </message>
    <message>
        <source>Factor on this channel&apos;s scale, on top of what the value above gives (no unit)</source>
        <translation>Faktor auf die Skalierung dieses Kanals, zusätzlich zu dem, was der Wert oben ergibt (ohne Einheit)</translation>
    </message>
    <message>
        <source>Factor on the channel&apos;s scale</source>
        <translation>Faktor auf die Skalierung des Kanals</translation>
    </message>
    <message>
        <source>As &amp;computed</source>
        <translation>Wie bere&amp;chnet</translation>
    </message>
    <message>
        <source>Take back the factor on this channel</source>
        <translation>Den Faktor auf diesen Kanal zurücknehmen</translation>
    </message>
    <message>
        <source>Cha&amp;nnel</source>
        <translation>&amp;Kanal</translation>
    </message>
    <message>
        <source>&amp;Scale</source>
        <translation>&amp;Skalierung</translation>
    </message>
    <message>
        <source>No layer chosen</source>
        <translation>Keine Schicht gewählt</translation>
    </message>
    <message>
        <source>Calibrate a model and choose a layer to tune its scales.</source>
        <translation>Ein Modell kalibrieren und eine Schicht wählen, um ihre Skalierungen abzustimmen.</translation>
    </message>
    <message>
        <source>Ra&amp;tio</source>
        <translation>E&amp;xponent</translation>
    </message>
    <message>
        <source>&amp;α</source>
        <translation>&amp;α</translation>
    </message>
    <message>
        <source>0: no scaling. 1: scales follow the mean activation fully (no unit)</source>
        <translation>0: keine Skalierung. 1: Skalierungen folgen ganz der mittleren Aktivierung (ohne Einheit)</translation>
    </message>
    <message>
        <source>0: all difficulty stays in the activations. 1: all of it moves to the weights (no unit)</source>
        <translation>0: die ganze Schwierigkeit bleibt in den Aktivierungen. 1: sie wandert ganz in die Gewichte (ohne Einheit)</translation>
    </message>
    <message>
        <source>SmoothQuant alpha</source>
        <translation>Alpha von SmoothQuant</translation>
    </message>
    <message>
        <source>%1%2 % output error</source>
        <translation>%1%2 % Ausgabefehler</translation>
    </message>
    <message>
        <source>ratio</source>
        <translation>Exponent</translation>
    </message>
    <message>
        <source>α</source>
        <translation>α</translation>
    </message>
    <message>
        <source>relative output error, %</source>
        <translation>relativer Ausgabefehler, %</translation>
    </message>
    <message>
        <source>all rows</source>
        <translation>alle Zeilen</translation>
    </message>
    <message>
        <source>preview from %1 of %2 rows</source>
        <translation>Vorschau aus %1 von %2 Zeilen</translation>
    </message>
    <message>
        <source>optimum %1</source>
        <translation>Optimum %1</translation>
    </message>
    <message>
        <source>optimum %1 % at %2</source>
        <translation>Optimum %1 % bei %2</translation>
    </message>
    <message>
        <source>without scaling %1 %</source>
        <translation>ohne Skalierung %1 %</translation>
    </message>
    <message>
        <source>pinned %1 %</source>
        <translation>gemerkt %1 %</translation>
    </message>
    <message>
        <source>%1 % against the pinned state</source>
        <translation>%1 % gegenüber dem gemerkten Zustand</translation>
    </message>
    <message>
        <source>now %1 %</source>
        <translation>jetzt %1 %</translation>
    </message>
    <message>
        <source>s = %1 · max |x| %2 · max |w| %3</source>
        <translation>s = %1 · max |x| %2 · max |w| %3</translation>
    </message>
    <message>
        <source>Undo</source>
        <translation>Rückgängig</translation>
    </message>
    <message>
        <source>Take back the last change made here (Ctrl+Z; the recipe keeps its own history)</source>
        <translation>Die letzte hier gemachte Änderung zurücknehmen (Strg+Z; das Rezept hat seinen eigenen Verlauf)</translation>
    </message>
    <message>
        <source>Redo</source>
        <translation>Wiederholen</translation>
    </message>
    <message>
        <source>What becomes of the scales</source>
        <translation>Was aus den Skalierungen wird</translation>
    </message>
    <message>
        <source>Scales</source>
        <translation>Skalierungen</translation>
    </message>
    <message>
        <source>The error over the whole range of the value above</source>
        <translation>Der Fehler über den ganzen Bereich des Werts oben</translation>
    </message>
    <message>
        <source>Clip</source>
        <translation>Clip</translation>
    </message>
    <message>
        <source>What cutting the range of the weights would do</source>
        <translation>Was es bewirken würde, den Bereich der Gewichte zu beschneiden</translation>
    </message>
    <message>
        <source>Write this value into the recipe, for the layers that share this input</source>
        <translation>Diesen Wert ins Rezept schreiben, für die Schichten mit dieser Eingabe</translation>
    </message>
    <message>
        <source>Make the change again that was taken back last (Ctrl+Shift+Z)</source>
        <translation>Die zuletzt zurückgenommene Änderung wiederholen (Strg+Umschalt+Z)</translation>
    </message>
    <message>
        <source>Choose a layer to tune.</source>
        <translation>Eine Schicht wählen, um sie abzustimmen.</translation>
    </message>
    <message>
        <source>AWQ ratio %1</source>
        <translation>AWQ-Exponent %1</translation>
    </message>
    <message>
        <source>SmoothQuant α %1</source>
        <translation>SmoothQuant α %1</translation>
    </message>
    <message>
        <source>scales of channels by hand: %1</source>
        <translation>Skalierungen von Kanälen von Hand: %1</translation>
    </message>
    <message>
        <source>clip at %1 of the largest |w|</source>
        <translation>beschnitten bei %1 des größten |w|</translation>
    </message>
    <message>
        <source>Tuned: %1</source>
        <translation>Abgestimmt: %1</translation>
    </message>
</context>
<context>
    <name>salient::WeightSurvey</name>
    <message>
        <source>Read the weights</source>
        <translation>Gewichte lesen</translation>
    </message>
</context>
<context>
    <name>salient::WhatIfBar</name>
    <message>
        <source>Loss %1</source>
        <translation>Verlust %1</translation>
    </message>
    <message>
        <source>Loss %1 → %2</source>
        <translation>Verlust %1 → %2</translation>
    </message>
    <message>
        <source>Loss %1 → %2 (%3 %)</source>
        <translation>Verlust %1 → %2 (%3 %)</translation>
    </message>
    <message>
        <source>&amp;Keep this column in 16 bits</source>
        <translation>Spalte in 16 Bit &amp;lassen</translation>
    </message>
    <message>
        <source>Solve again with this input channel left unrounded, and compare the loss; once more takes it back</source>
        <translation>Neu lösen, ohne diesen Eingangskanal zu runden, und den Verlust vergleichen; noch einmal nimmt es zurück</translation>
    </message>
    <message>
        <source>Do i&amp;t at position</source>
        <translation>Rechnen an &amp;Stelle</translation>
    </message>
    <message>
        <source>Solve again with this input channel quantized after so many others (0: before all), and compare the loss</source>
        <translation>Neu lösen und diesen Eingangskanal erst nach so vielen anderen quantisieren (0: vor allen); den Verlust vergleichen</translation>
    </message>
    <message>
        <source>Position to move the column to</source>
        <translation>Stelle, an die die Spalte rückt</translation>
    </message>
    <message>
        <source>What that does to the loss</source>
        <translation>Was das am Verlust ändert</translation>
    </message>
    <message>
        <source>½ tr(D H Dᵀ) after the last column: as the recipe has the layer → with what is tried out</source>
        <translation>½ tr(D H Dᵀ) nach der letzten Spalte: mit der Schicht, wie das Rezept sie hat → mit dem, was ausprobiert wird</translation>
    </message>
    <message>
        <source>What is tried out</source>
        <translation>Was ausprobiert wird</translation>
    </message>
    <message>
        <source>Take it all back</source>
        <translation>Alles zurücknehmen</translation>
    </message>
    <message>
        <source>Solve the layer as the recipe has it: no column kept, none moved</source>
        <translation>Die Schicht lösen, wie das Rezept sie hat: alle Spalten gerundet, keine verschoben</translation>
    </message>
    <message>
        <source>What if</source>
        <translation>Was wäre, wenn</translation>
    </message>
    <message>
        <source>moved: %1</source>
        <translation>verschoben: %1</translation>
    </message>
    <message>
        <source>in 16 bits: %1</source>
        <translation>in 16 Bit: %1</translation>
    </message>
</context>
<context>
    <name>salient::Workflow</name>
    <message>
        <source>Open %1</source>
        <translation>%1 öffnen</translation>
    </message>
    <message>
        <source>Choose calibration windows</source>
        <translation>Kalibrierfenster wählen</translation>
    </message>
    <message>
        <source>Calibrate on %1</source>
        <translation>Mit %1 kalibrieren</translation>
    </message>
    <message>
        <source>Quantize: %1</source>
        <translation>Quantisieren: %1</translation>
    </message>
    <message>
        <source>Perplexity</source>
        <translation>Perplexität</translation>
    </message>
    <message>
        <source>There is no evaluation text yet. Choose one on the Evaluate page.</source>
        <translation>Noch gibt es keinen Bewertungstext. Auf der Seite Bewerten einen wählen.</translation>
    </message>
    <message>
        <source>Perplexity: full precision</source>
        <translation>Perplexität: volle Genauigkeit</translation>
    </message>
    <message>
        <source>Perplexity: %1</source>
        <translation>Perplexität: %1</translation>
    </message>
    <message>
        <source>Layer by layer: %1</source>
        <translation>Schicht für Schicht: %1</translation>
    </message>
    <message>
        <source>Export: %1</source>
        <translation>Exportieren: %1</translation>
    </message>
    <message>
        <source>Write report</source>
        <translation>Bericht schreiben</translation>
    </message>
    <message>
        <source>“%1” went on after %2 of %3 blocks that were finished before.</source>
        <translation>„%1“ wurde nach %2 von %3 schon fertigen Blöcken fortgesetzt.</translation>
    </message>
    <message>
        <source>Calibrate</source>
        <translation>Kalibrieren</translation>
    </message>
    <message>
        <source>This recipe takes the inputs of layers from %1. Run it with salient-cli, or choose a calibration text.</source>
        <translation>Dieses Rezept nimmt die Eingaben der Schichten aus %1. Es läuft mit salient-cli, oder ein Kalibriertext wird gewählt.</translation>
    </message>
    <message>
        <source>Finished blocks were not kept, or not read again: %1</source>
        <translation>Fertige Blöcke wurden nicht aufbewahrt oder nicht wieder gelesen: %1</translation>
    </message>
    <message>
        <source>Examine %1</source>
        <translation>%1 untersuchen</translation>
    </message>
    <message>
        <source>All weights and activations are numbers.</source>
        <translation>Alle Gewichte und Aktivierungen sind Zahlen.</translation>
    </message>
    <message>
        <source>Look for values that are not numbers</source>
        <translation>Nach Werten suchen, die keine Zahlen sind</translation>
    </message>
    <message>
        <source>There is no calibration text yet. Choose one on the Calibrate page.</source>
        <translation>Noch gibt es keinen Kalibriertext. Auf der Seite Kalibrieren einen wählen.</translation>
    </message>
</context>
<context>
    <name>stageText</name>
    <message>
        <source>calibrating</source>
        <translation>kalibriert</translation>
    </message>
    <message>
        <source>choosing windows</source>
        <translation>wählt Fenster</translation>
    </message>
    <message>
        <source>comparing</source>
        <translation>vergleicht</translation>
    </message>
    <message>
        <source>comparing settings</source>
        <translation>vergleicht Einstellungen</translation>
    </message>
    <message>
        <source>drawing pages</source>
        <translation>zeichnet Seiten</translation>
    </message>
    <message>
        <source>factorizing</source>
        <translation>faktorisiert</translation>
    </message>
    <message>
        <source>generating</source>
        <translation>erzeugt</translation>
    </message>
    <message>
        <source>loss curve</source>
        <translation>Verlustkurve</translation>
    </message>
    <message>
        <source>opening the session</source>
        <translation>öffnet die Sitzung</translation>
    </message>
    <message>
        <source>perplexity</source>
        <translation>Perplexität</translation>
    </message>
    <message>
        <source>preparing</source>
        <translation>bereitet vor</translation>
    </message>
    <message>
        <source>quantizing</source>
        <translation>quantisiert</translation>
    </message>
    <message>
        <source>running the model</source>
        <translation>rechnet das Modell</translation>
    </message>
    <message>
        <source>saving the session</source>
        <translation>speichert die Sitzung</translation>
    </message>
    <message>
        <source>scoring</source>
        <translation>bewertet</translation>
    </message>
    <message>
        <source>searching clips</source>
        <translation>sucht Clips</translation>
    </message>
    <message>
        <source>searching scales</source>
        <translation>sucht Skalierungen</translation>
    </message>
    <message>
        <source>sensitivity</source>
        <translation>Empfindlichkeit</translation>
    </message>
    <message>
        <source>settling the best scales</source>
        <translation>legt die besten Skalierungen fest</translation>
    </message>
    <message>
        <source>solving</source>
        <translation>löst</translation>
    </message>
    <message>
        <source>starting</source>
        <translation>beginnt</translation>
    </message>
    <message>
        <source>verifying</source>
        <translation>prüft</translation>
    </message>
    <message>
        <source>writing</source>
        <translation>schreibt</translation>
    </message>
    <message>
        <source>files</source>
        <translation>Dateien</translation>
    </message>
    <message>
        <source>block %1</source>
        <translation>Block %1</translation>
    </message>
    <message>
        <source>exporting</source>
        <translation>exportiert</translation>
    </message>
    <message>
        <source>opening</source>
        <translation>öffnet</translation>
    </message>
    <message>
        <source>reading text</source>
        <translation>liest Text</translation>
    </message>
    <message>
        <source>opening finished blocks</source>
        <translation>öffnet fertige Blöcke</translation>
    </message>
    <message>
        <source>reading inputs</source>
        <translation>liest Eingaben</translation>
    </message>
    <message>
        <source>reading weights</source>
        <translation>Gewichte lesen</translation>
    </message>
</context>
<context>
    <name>tableCopy</name>
    <message>
        <source>Copy what is selected</source>
        <translation>Auswahl kopieren</translation>
    </message>
</context>
<context>
    <name>timeText</name>
    <message>
        <source>%1 s</source>
        <translation>%1 s</translation>
    </message>
    <message>
        <source>%1 min</source>
        <translation>%1 min</translation>
    </message>
    <message>
        <source>%1 h</source>
        <translation>%1 h</translation>
    </message>
    <message>
        <source>%1 days</source>
        <translation>%1 Tage</translation>
    </message>
    <message>
        <source>more than %1</source>
        <translation>mehr als %1</translation>
    </message>
    <message>
        <source>a few seconds</source>
        <translation>wenige Sekunden</translation>
    </message>
    <message>
        <source>up to %1</source>
        <translation>bis zu %1</translation>
    </message>
    <message>
        <source>%1 to %2</source>
        <translation>%1 bis %2</translation>
    </message>
    <message>
        <source>about %1</source>
        <translation>etwa %1</translation>
    </message>
    <message>
        <source>Forecast for this machine: calibrating %1, the recipe&apos;s runs %2.</source>
        <translation>Vorhersage für diesen Rechner: Kalibrieren %1, die Läufe des Rezepts %2.</translation>
    </message>
    <message>
        <source>Forecast for this machine: perplexity %1, layer by layer %2.</source>
        <translation>Vorhersage für diesen Rechner: Perplexität %1, Schicht für Schicht %2.</translation>
    </message>
    <message>
        <source>Forecast for this machine: being computed …</source>
        <translation>Vorhersage für diesen Rechner: wird berechnet …</translation>
    </message>
</context>
<context>
    <name>tuneText</name>
    <message>
        <source>Nothing before these layers can take the inverse of scales: tuning them shows what it would do, and no recipe holds it.</source>
        <translation>Vor diesen Schichten kann nichts den Kehrwert von Skalierungen aufnehmen: Abstimmen zeigt, was sie bewirken würden, aber kein Rezept nimmt sie auf.</translation>
    </message>
    <message>
        <source>%1 could take the inverse of the scales in its rows, but the recipe&apos;s run folds them into norms alone.</source>
        <translation>%1 könnte den Kehrwert der Skalierungen in seine Zeilen aufnehmen, aber der Lauf des Rezepts rechnet sie nur in Normen ein.</translation>
    </message>
    <message>
        <source>The inverse of the scales goes into the gain of the norm %1.</source>
        <translation>Der Kehrwert der Skalierungen wird in die Faktoren der Norm %1 eingerechnet.</translation>
    </message>
    <message>
        <source>The inverse of the scales goes into the rows of %1.</source>
        <translation>Der Kehrwert der Skalierungen wird in die Zeilen von %1 eingerechnet.</translation>
    </message>
    <message>
        <source>Scales set by hand (channels %1) are not part of a recipe: it holds the value alone, and applying leaves them out.</source>
        <translation>Von Hand gesetzte Skalierungen (Kanäle %1) gehören nicht ins Rezept: es enthält nur den Wert, und Anwenden lässt sie weg.</translation>
    </message>
</context>
<context>
    <name>valueText</name>
    <message>
        <source>not a number</source>
        <translation>keine Zahl</translation>
    </message>
</context>
</TS>
