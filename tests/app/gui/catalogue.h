#pragma once

#include <QFile>
#include <QString>
#include <QXmlStreamReader>
#include <vector>

namespace salient {

/// One text of a .ts file.
struct CatalogueText {
    QString context;
    QString source;
    QString comment;
    std::vector<QString> forms;  ///< one, or one per plural form
    bool is_counted = false;
    bool is_finished = true;

    [[nodiscard]] QString key() const { return context + QLatin1Char('\n') + source + QLatin1Char('\n') + comment; }
};

/// The texts of a .ts file, in order; empty when it cannot be read.
inline std::vector<CatalogueText> readCatalogue(const QString& path) {
    QFile file(path);
    std::vector<CatalogueText> texts;
    if (!file.open(QIODevice::ReadOnly)) return texts;
    QXmlStreamReader xml(&file);
    QString context;
    while (!xml.atEnd()) {
        xml.readNext();
        if (!xml.isStartElement()) continue;
        if (xml.name() == QLatin1String("name")) {
            context = xml.readElementText();
        } else if (xml.name() == QLatin1String("message")) {
            texts.push_back({});
            texts.back().context = context;
            texts.back().is_counted = xml.attributes().value(QLatin1String("numerus")) == QLatin1String("yes");
        } else if (xml.name() == QLatin1String("source")) {
            texts.back().source = xml.readElementText();
        } else if (xml.name() == QLatin1String("comment")) {
            texts.back().comment = xml.readElementText();
        } else if (xml.name() == QLatin1String("translation")) {
            texts.back().is_finished = xml.attributes().value(QLatin1String("type")).isEmpty();
            if (!texts.back().is_counted) texts.back().forms.push_back(xml.readElementText());
        } else if (xml.name() == QLatin1String("numerusform")) {
            texts.back().forms.push_back(xml.readElementText());
        }
    }
    return xml.hasError() ? std::vector<CatalogueText>() : texts;
}

}  // namespace salient
