#include "compare/finding_card.h"

#include <QHBoxLayout>
#include <QLabel>
#include <QPainter>
#include <QVBoxLayout>
#include <utility>

#include "compare/run_words.h"
#include "number_text.h"
#include "theme/theme.h"
#include "widgets/badge.h"
#include "widgets/card.h"
#include "widgets/clear_layout.h"
#include "widgets/dimmed.h"

namespace mantissa::ui {
namespace {

constexpr double kNarrowFindingPixels = 16;
constexpr std::size_t kMostFullTiles = 4;  // more get one line each

/// The format's marker, following the theme.
class MarkerLabel final : public QWidget {
  public:
    MarkerLabel(const Format& format, QWidget* parent) : QWidget(parent), format_(format) {
        setFixedSize(14, 14);
        connect(&Theme::instance(), &Theme::changed, this, qOverload<>(&QWidget::update));
    }

  protected:
    void paintEvent(QPaintEvent*) override {
        QPainter painter(this);
        paintMarker(painter, QRectF(rect()), lookOf(format_), Theme::instance().formatColor(format_));
    }

  private:
    Format format_;
};

/// The coloured rule left of a tile.
class Rule final : public QWidget {
  public:
    Rule(const Format& format, QWidget* parent) : QWidget(parent), format_(format) {
        setFixedWidth(3);
        connect(&Theme::instance(), &Theme::changed, this, qOverload<>(&QWidget::update));
    }

  protected:
    void paintEvent(QPaintEvent*) override {
        QPainter painter(this);
        painter.fillRect(rect(), Theme::instance().formatColor(format_));
    }

  private:
    Format format_;
};

QString shortLabel(const std::string& label) {
    QString text = QString::fromStdString(label);
    if (const auto comma = text.indexOf(','); comma > 0) text.truncate(comma);
    return elidedMiddle(text, 26);
}

/// "✓ cat, 0.2793", or why there is none.
struct Answer {
    QString text;
    bool bad = false;
};
Answer answerOf(const CompareReport& report, std::size_t run) {
    const FormatRun& one = report.runs[run];
    if (!one.ok()) return {QObject::tr("✕ did not run"), true};
    const TopClass* top = topOf(one);
    if (!top) return {QObject::tr("✕ no answer: NaN"), true};
    if (const auto level = tieOf(report, run); !level.empty()) {
        const QString others = level.size() == 1 ? shortLabel(report.model->label(level.front()))
                                                 : QObject::tr("%1 others").arg(level.size());
        return {QObject::tr("= tie: %1, %2").arg(shortLabel(report.reference().top.front().label), others)};
    }
    const bool keeps = keepsAnswer(report, run);
    return {QStringLiteral("%1 %2, %3")
                .arg(keeps ? QStringLiteral("✓") : QStringLiteral("✕"), shortLabel(top->label),
                     valueText(top->probability)),
            !keeps};
}

QString marginOf(const CompareReport& report, std::size_t run) {
    const FormatRun& one = report.runs[run];
    if (!one.ok()) return elidedMiddle(QString::fromStdString(one.error->text()), 60);
    const Comparison* comparison = comparisonOf(report, run);
    if (!comparison) return {};
    return QObject::tr("margin %1 (%2: %3)")
        .arg(valueText(comparison->metrics.candidateMargin), shortTitle(report.reference().format),
             valueText(comparison->metrics.referenceMargin));
}

QWidget* tile(const CompareReport& report, std::size_t run, bool oneLine, QWidget* parent) {
    const FormatRun& one = report.runs[run];
    const Answer answer = answerOf(report, run);
    auto* box = new QWidget(parent);
    box->setAccessibleName(
        QStringLiteral("%1, %2: %3").arg(titleOf(one), badgeWord(badgeOf(report, run)), answer.text));
    auto* row = new QHBoxLayout(box);
    row->setContentsMargins(0, 0, 0, 0);
    row->setSpacing(8);
    auto* words = roleLabel(answer.text, answer.bad ? "errorText" : "", box);
    if (answer.bad) words->setFont(themeFont(FontRole::words, kBodyPixels, FontWeight::semibold));
    if (oneLine) {
        row->addWidget(new MarkerLabel(one.format, box));
        const TopClass* top = topOf(one);
        words->setText(keepsAnswer(report, run) ? QStringLiteral("✓ ") + valueText(top->probability) : answer.text);
        words->setToolTip(
            plainToolTip(QStringLiteral("%1, %2: %3\n%4")
                             .arg(titleOf(one), badgeWord(badgeOf(report, run)), answer.text,
                                  one.ok() ? marginOf(report, run) : QString::fromStdString(one.error->text()))));
        row->addWidget(words);
        return box;
    }
    row->addWidget(new Rule(one.format, box));
    auto* lines = new QVBoxLayout;
    lines->setSpacing(1);
    auto* head = new QHBoxLayout;
    head->setSpacing(6);
    head->addWidget(new MarkerLabel(one.format, box));
    auto* name = roleLabel(titleOf(one), "", box);
    name->setFont(themeFont(FontRole::words, kSecondaryPixels, FontWeight::semibold));
    head->addWidget(name);
    auto* badge = new Badge(badgeOf(report, run), {}, box);
    if (one.fallbackFrom)
        badge->setToolTip(
            plainToolTip(QObject::tr("No native kernel: %1").arg(QString::fromStdString(one.fallbackFrom->text()))));
    head->addWidget(badge);
    head->addStretch(1);
    lines->addLayout(head);
    lines->addWidget(words);
    auto* margin = roleLabel(marginOf(report, run), "caption", box);
    if (!one.ok()) margin->setToolTip(plainToolTip(QString::fromStdString(one.error->text())));
    lines->addWidget(margin);
    row->addLayout(lines, 1);
    box->setMinimumWidth(190);
    return box;
}

}  // namespace

FindingCard::FindingCard(QWidget* parent) : QFrame(parent), findingPixels_(kFindingPixels) {
    setProperty("role", "card");
    layout_ = new QBoxLayout(QBoxLayout::LeftToRight, this);
    layout_->setContentsMargins(12, 8, 12, 8);
    layout_->setSpacing(18);
    auto* words = new QVBoxLayout;
    words->setSpacing(3);
    words->addStretch(1);
    finding_ = roleLabel({}, "", this);
    finding_->setWordWrap(true);
    finding_->setTextInteractionFlags(Qt::TextSelectableByMouse);
    detail_ = roleLabel({}, "secondary", this);
    detail_->setWordWrap(true);
    note_ = roleLabel({}, "caption", this);
    note_->hide();
    words->addWidget(finding_);
    words->addWidget(detail_);
    words->addWidget(note_);
    words->addStretch(1);
    layout_->addLayout(words, 3);
    tiles_ = new QHBoxLayout;
    tiles_->setSpacing(18);
    layout_->addLayout(tiles_, 0);
    setSizePolicy(QSizePolicy::Preferred, QSizePolicy::Maximum);
    rebuild();
}

QString FindingCard::finding() const { return finding_->text(); }

void FindingCard::setReport(std::shared_ptr<const CompareReport> report) {
    report_ = std::move(report);
    rebuild();
}

void FindingCard::setNarrow(bool narrow) {
    if (narrow_ == narrow) return;
    narrow_ = narrow;
    rebuild();
}

void FindingCard::setWaiting(bool waiting) {
    if (waiting_ == waiting) return;
    waiting_ = waiting;
    if (!report_) rebuild();
}

void FindingCard::setPrevious(const QString& owner) {
    if (previous_ == owner) return;
    previous_ = owner;
    rebuild();
}

void FindingCard::setProminent() {
    findingPixels_ = kProminentPixels;
    layout_->setDirection(QBoxLayout::TopToBottom);
    layout_->setSpacing(6);
    rebuild();
}

void FindingCard::setNote(const QString& note) {
    note_->setText(note);
    note_->setVisible(!note.isEmpty());
}

void FindingCard::rebuild() {
    clearLayout(*tiles_);
    finding_->setFont(
        themeFont(FontRole::words, narrow_ ? kNarrowFindingPixels : findingPixels_, FontWeight::semibold));
    if (!report_) {
        finding_->setText(waiting_ ? tr("Computing…") : tr("No result yet"));
        detail_->setText(waiting_ ? tr("The model runs on the image, format by format.")
                                  : tr("Open a model and an image: drop them here, or press Ctrl+O and Ctrl+Shift+O."));
        return;
    }
    finding_->setText(previous_.isEmpty() ? findingOf(*report_)
                                          : tr("Before, %1: %2").arg(previous_, findingOf(*report_)));
    finding_->setProperty("role", previous_.isEmpty() ? "" : "caption");
    restyle(finding_);
    setDimmed(*detail_, !previous_.isEmpty());
    detail_->setText(findingDetailOf(*report_));
    detail_->setVisible(!narrow_);
    setAccessibleName(finding_->text());
    const bool oneLine = narrow_ || report_->runs.size() - 1 > kMostFullTiles;
    for (std::size_t run = 1; run < report_->runs.size(); ++run) {
        QWidget* one = tile(*report_, run, oneLine, this);
        setDimmed(*one, !previous_.isEmpty());
        tiles_->addWidget(one, 0, Qt::AlignVCenter);
    }
}

}  // namespace mantissa::ui
