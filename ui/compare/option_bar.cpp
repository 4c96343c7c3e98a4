#include "compare/option_bar.h"

#include <QActionGroup>
#include <QComboBox>
#include <QHBoxLayout>
#include <QLabel>
#include <QMenu>
#include <QPushButton>
#include <algorithm>

#include "session/session.h"
#include "theme/theme.h"
#include "widgets/card.h"
#include "widgets/format_toggle.h"

namespace mantissa::ui {
namespace {

constexpr CastScope kScopes[]{CastScope::weightsAndActivations, CastScope::weights, CastScope::activations};

}  // namespace

std::vector<Format> comparableFormats() {
    std::vector<Format> formats;
    for (const char* name : {"bf16", "fp16", "tf32", "e4m3", "e5m2", "fp64", "fp32"}) formats.push_back(format(name));
    return formats;
}

std::vector<Format> referenceFormats() {
    std::vector<Format> formats = comparableFormats();
    std::reverse(formats.begin(), formats.end());  // FP32 first, then FP64
    return formats;
}

OptionBar::OptionBar(Session& session, QWidget* parent)
    : QFrame(parent),
      session_(session),
      reference_(new QComboBox(this)),
      cast_(new QComboBox(this)),
      castLabel_(roleLabel(tr("Cast"), "caption", this)) {
    setProperty("role", "card");
    auto* layout = new QHBoxLayout(this);
    layout->setContentsMargins(10, 6, 10, 6);
    layout->setSpacing(8);
    auto* referenceLabel = roleLabel(tr("Reference"), "caption", this);
    referenceLabel->setBuddy(reference_);
    reference_->setAccessibleName(tr("Reference format"));
    reference_->setToolTip(tr("The format that all others are compared with."));
    layout->addWidget(referenceLabel);
    layout->addWidget(reference_);
    auto* line = new QFrame(this);
    line->setProperty("role", "line");
    line->setFixedSize(1, 20);
    layout->addWidget(line);
    compareLabel_ = roleLabel(tr("Compare"), "caption", this);
    layout->addWidget(compareLabel_);
    for (const auto& one : referenceFormats()) reference_->addItem(QString::fromStdString(one.title));
    int number = 0;
    for (const auto& one : comparableFormats()) {
        auto* toggle = new FormatToggle(one, ++number, this);
        toggles_.push_back(toggle);
        layout->addWidget(toggle);
        connect(toggle, &QAbstractButton::clicked, this, [this, toggle](bool on) {
            chooseFromControls((on ? tr("Turn on %1") : tr("Turn off %1")).arg(toggle->text()));
        });
    }
    layout->addStretch(1);
    for (const auto& text : {tr("Weights + activations"), tr("Weights only"), tr("Activations only")})
        cast_->addItem(text);
    cast_->setAccessibleName(tr("Cast"));
    cast_->setToolTip(tr("What is rounded to the format. Weights only and activations only always run emulated."));
    castLabel_->setBuddy(cast_);
    layout->addWidget(castLabel_);
    layout->addWidget(cast_);
    more_ = new QPushButton(tr("Options…"), this);
    auto* menu = new QMenu(more_);
    menu->addSection(tr("Cast"));
    castActions_ = new QActionGroup(this);
    for (int i = 0; i < cast_->count(); ++i) {
        QAction* entry = menu->addAction(cast_->itemText(i));
        entry->setCheckable(true);
        castActions_->addAction(entry);
        connect(entry, &QAction::triggered, this, [this, i] {
            cast_->setCurrentIndex(i);
            chooseFromControls(tr("Change what is cast"));
        });
    }
    more_->setMenu(menu);
    more_->hide();
    layout->addWidget(more_);

    connect(reference_, &QComboBox::activated, this, [this] { chooseFromControls(tr("Change the reference")); });
    connect(cast_, &QComboBox::activated, this, [this] { chooseFromControls(tr("Change what is cast")); });
    connect(&session_, &Session::choicesChanged, this, &OptionBar::follow);
    connect(&session_, &Session::compareReady, this, &OptionBar::follow);
    connect(&Theme::instance(), &Theme::changed, this, &OptionBar::updateIcons);
    updateIcons();
    follow();
}

void OptionBar::chooseFromControls(const QString& name) {
    Choices choices = session_.choices();
    choices.reference = referenceFormats()[static_cast<std::size_t>(reference_->currentIndex())];
    choices.candidates.clear();
    for (const auto* toggle : toggles_)
        if (toggle->isChecked() && toggle->format() != choices.reference)
            choices.candidates.push_back(toggle->format());
    std::erase_if(choices.emulated, [&](const Format& one) {
        return std::find(choices.candidates.begin(), choices.candidates.end(), one) == choices.candidates.end();
    });
    choices.scope = kScopes[cast_->currentIndex()];
    session_.choose(name, choices);
    follow();  // also when nothing changed, so that no control keeps a state of its own
}

void OptionBar::follow() {
    const Choices& choices = session_.choices();
    const auto formats = referenceFormats();
    reference_->setCurrentIndex(
        static_cast<int>(std::find(formats.begin(), formats.end(), choices.reference) - formats.begin()));
    cast_->setCurrentIndex(
        static_cast<int>(std::find(std::begin(kScopes), std::end(kScopes), choices.scope) - std::begin(kScopes)));
    castActions_->actions().at(cast_->currentIndex())->setChecked(true);
    for (std::size_t i = 0; i < toggles_.size(); ++i) {
        FormatToggle* toggle = toggles_[i];
        const Format& one = toggle->format();
        const bool isReference = one == choices.reference;
        const bool on =
            std::find(choices.candidates.begin(), choices.candidates.end(), one) != choices.candidates.end();
        toggle->setVisible(!isReference);
        toggle->setChecked(on);
        // LibTorch has no type for these at all; what it has may still lack a kernel, which only the run tells.
        const bool noType = one.name != "bf16" && one.name != "fp16" && one.name != "fp32" && one.name != "fp64";
        const bool emulated =
            noType || std::find(choices.emulated.begin(), choices.emulated.end(), one) != choices.emulated.end();
        QString how = emulated ? tr("emulated: values rounded to the format, arithmetic in FP32, never timed")
                               : tr("native: LibTorch's own kernels; emulated where it has none");
        if (session_.report())
            for (std::size_t run = 1; run < session_.report()->runs.size(); ++run)
                if (session_.report()->runs[run].format == one && session_.report()->runs[run].ok())
                    how = session_.report()->runs[run].mode == RunMode::native ? tr("ran native") : tr("ran emulated");
        toggle->setToolTip(tr("%1, %2 (Alt+%3)").arg(toggle->text(), how).arg(i + 1));
        toggle->setAccessibleName(tr("%1 candidate, %2, %3").arg(toggle->text(), on ? tr("on") : tr("off"), how));
    }
}

void OptionBar::updateIcons() {
    const auto formats = referenceFormats();
    for (std::size_t i = 0; i < formats.size(); ++i)
        reference_->setItemIcon(
            static_cast<int>(i),
            QIcon(markerPixmap(lookOf(formats[i]), Theme::instance().formatColor(formats[i]), 12, 2)));
    reference_->setIconSize({12, 12});
}

void OptionBar::setNarrow(bool narrow) {
    castLabel_->setVisible(!narrow);
    compareLabel_->setVisible(!narrow);
    cast_->setVisible(!narrow);
    more_->setVisible(narrow);
}

void OptionBar::setShortNames(bool on) {
    for (auto* toggle : toggles_) toggle->setShort(on);
}

}  // namespace mantissa::ui
