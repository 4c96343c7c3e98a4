#include "widgets/error_card.h"

#include <QClipboard>
#include <QGuiApplication>
#include <QHBoxLayout>
#include <QLabel>
#include <QPushButton>
#include <QToolButton>
#include <QVBoxLayout>

#include "theme/icons.h"
#include "theme/theme.h"
#include "widgets/card.h"
#include "widgets/missing_bytes_bar.h"

namespace mantissa::ui {
namespace {

QString escaped(const std::string& text) { return QString::fromStdString(text).toHtmlEscaped(); }

/// "The header announces …" from "the header announces …", with a full stop.
QString sentence(QString text) {
    if (text.isEmpty()) return text;
    text[0] = text[0].toUpper();
    return text.endsWith('.') ? text : text + '.';
}

}  // namespace

QStringList adviceFor(const Problem& problem) {
    const bool image = problem.kind == Problem::Kind::image;
    switch (problem.error.code) {
        case ErrorCode::unreadable:
            return {QObject::tr("Look whether the file is still there and may be read, then choose Try again."),
                    QObject::tr("Choose another file.")};
        case ErrorCode::corrupt:
            return {QObject::tr("Copy or download the file again, then choose Try again."),
                    QObject::tr("Compare its size and SHA-256 with those its source gives.")};
        case ErrorCode::unsupported:
            return image
                       ? QStringList{QObject::tr("Save the picture as PNG, JPEG, WebP, BMP or TIFF.")}
                       : QStringList{
                             QObject::tr("Open a Hugging Face folder (config.json with model.safetensors), a "
                                         "torch.export, TorchScript or ONNX file, or the weights of a known network."),
                             QObject::tr("The README lists the models that Mantissa runs.")};
        case ErrorCode::noKernel:
            return {QObject::tr("Choose another format, or let this one run emulated.")};
        case ErrorCode::invalidArgument:
            return {QObject::tr("Change what is named above, then run again.")};
        case ErrorCode::cancelled:
        case ErrorCode::internal:
            break;
    }
    return {QObject::tr("Choose Try again. If it happens again, copy the details into a bug report.")};
}

ErrorCard::ErrorCard(QWidget* parent) : QFrame(parent) {
    setProperty("role", "errorCard");
    setSizePolicy(QSizePolicy::Preferred, QSizePolicy::Maximum);
    auto* layout = new QHBoxLayout(this);
    layout->setContentsMargins(18, 14, 12, 14);
    layout->setSpacing(14);
    icon_ = new QLabel(this);
    icon_->setAlignment(Qt::AlignTop);
    layout->addWidget(icon_, 0, Qt::AlignTop);
    auto* lines = new QVBoxLayout;
    lines->setSpacing(8);
    title_ = roleLabel({}, "", this);
    title_->setFont(themeFont(FontRole::words, kFindingPixels, FontWeight::semibold));
    title_->setWordWrap(true);
    message_ = roleLabel({}, "secondary", this);
    missing_ = new MissingBytesBar(this);
    facts_ = new QLabel(this);
    advice_ = roleLabel({}, "secondary", this);
    for (auto* label : {title_, message_, facts_, advice_}) {
        label->setWordWrap(true);
        label->setTextInteractionFlags(Qt::TextSelectableByMouse | Qt::TextSelectableByKeyboard);
        label->setFocusPolicy(Qt::NoFocus);
    }
    facts_->setTextFormat(Qt::RichText);
    lines->addWidget(title_);
    lines->addWidget(message_);
    lines->addWidget(missing_);
    lines->addWidget(facts_);
    lines->addWidget(advice_);
    auto* buttons = new QHBoxLayout;
    buttons->setSpacing(8);
    another_ = new QPushButton(tr("Choose another file…"), this);
    another_->setProperty("role", "primary");
    again_ = new QPushButton(tr("Try again"), this);
    auto* copy = linkButton(tr("Copy details"), this);
    buttons->addWidget(another_);
    buttons->addWidget(again_);
    buttons->addStretch(1);
    buttons->addWidget(copy);
    lines->addLayout(buttons);
    layout->addLayout(lines, 1);
    close_ = new QToolButton(this);
    close_->setProperty("role", "icon");
    close_->setToolTip(tr("Close"));
    close_->setAccessibleName(tr("Close this message"));
    layout->addWidget(close_, 0, Qt::AlignTop);

    connect(another_, &QPushButton::clicked, this, [this] { emit anotherFileRequested(problem_.kind); });
    connect(again_, &QPushButton::clicked, this, [this] { emit tryAgainRequested(problem_); });
    connect(copy, &QPushButton::clicked, this, [this] { QGuiApplication::clipboard()->setText(details()); });
    connect(close_, &QToolButton::clicked, this, &ErrorCard::dismissed);
    connect(&Theme::instance(), &Theme::changed, this, &ErrorCard::updateIcons);
    updateIcons();
    hide();
}

void ErrorCard::showProblem(const Problem& problem) {
    problem_ = problem;
    const Error& error = problem.error;
    title_->setText(problem.title);
    message_->setText(sentence(QString::fromStdString(error.message)));
    missing_->setVisible(error.cutShort.has_value());
    if (error.cutShort) missing_->setFile(*error.cutShort);
    QStringList rows;
    const auto row = [&](const QString& name, const QString& value) {
        if (!value.isEmpty())
            rows << QStringLiteral(
                        "<tr><td style='padding-right:12px'>%1</td><td><span style='font-family:\"JetBrains "
                        "Mono\",monospace'>%2</span></td></tr>")
                        .arg(name, value);
    };
    row(tr("File"), escaped(problem.path.string()));
    if (error.where != problem.path.string()) row(tr("Where"), escaped(error.where));
    if (error.cutShort) row(tr("Missing"), missingText(*error.cutShort).toHtmlEscaped());
    row(tr("Layer"), escaped(error.layer));
    row(tr("Operator"), escaped(error.op));
    facts_->setText(QStringLiteral("<table cellspacing='0'>") + rows.join(QString()) + QStringLiteral("</table>"));
    facts_->setVisible(!rows.isEmpty());
    advice_->setText(adviceFor(problem).join('\n'));
    const bool file = problem.kind == Problem::Kind::model || problem.kind == Problem::Kind::image;
    another_->setVisible(file);
    setAccessibleName(problem.title);
    QString description = QString::fromStdString(error.text());
    if (error.cutShort) description += QStringLiteral(". ") + cutShortText(*error.cutShort);
    setAccessibleDescription(description);
    show();
}

QString ErrorCard::details() const {
    const Error& error = problem_.error;
    QStringList lines{problem_.title, QString::fromStdString(error.message)};
    const auto add = [&lines](const QString& name, const std::string& value) {
        if (!value.empty()) lines << name + QStringLiteral(": ") + QString::fromStdString(value);
    };
    add(tr("File"), problem_.path.string());
    add(tr("Where"), error.where);
    if (error.cutShort) lines << cutShortText(*error.cutShort);
    add(tr("Layer"), error.layer);
    add(tr("Operator"), error.op);
    const Environment here = environment();
    lines << tr("Mantissa %1, LibTorch %2, %3")
                 .arg(QString::fromStdString(here.mantissa), QString::fromStdString(here.libtorch),
                      QString::fromStdString(here.cpu));
    return lines.join('\n');
}

void ErrorCard::updateIcons() {
    const Tokens& t = Theme::instance().tokens();
    icon_->setPixmap(glyphPixmap(Glyph::caution, t.errorText, 24, devicePixelRatioF()));
    close_->setIcon(glyph(Glyph::close, t.text2));
}

}  // namespace mantissa::ui
