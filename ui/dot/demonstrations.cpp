#include "dot/demonstrations.h"

#include <QPushButton>
#include <QVBoxLayout>

namespace mantissa::ui {
namespace {

struct Demonstration {
    const char* name;
    DotData data;
    int terms;
    std::vector<const char*> accumulators;
};

const std::vector<Demonstration>& demonstrations() {
    static const std::vector<Demonstration> all{
        {"Ones in BF16 stop at 256", DotData::ones, 4096, {"fp32", "fp16", "bf16"}},
        {"10 000 uniform numbers in BF16", DotData::uniform, 10'000, {"fp32", "bf16"}},
        {"Order matters: large + small − large", DotData::cancelling, 1026, {"fp32", "bf16"}},
    };
    return all;
}

DotChoices choicesOf(const Demonstration& demonstration, DotChoices choices) {
    const DotChoices standard;
    choices.data = demonstration.data;
    choices.terms = demonstration.terms;
    choices.orders = standard.orders;
    choices.block = standard.block;
    choices.product = standard.product;
    choices.accumulators.clear();
    for (const char* name : demonstration.accumulators) choices.accumulators.push_back(format(name));
    return choices;
}

}  // namespace

Demonstrations::Demonstrations(DotSession& dot, QWidget* parent) : QWidget(parent), dot_(dot) {
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(4);
    for (const auto& one : demonstrations()) {
        const int index = count();
        auto* button = new QPushButton(QStringLiteral("%1  %2").arg(index + 1).arg(tr(one.name)), this);
        button->setProperty("role", "choice");
        button->setCheckable(true);
        button->setAccessibleName(tr("Demonstration %1: %2").arg(QString::number(index + 1), tr(one.name)));
        button->setToolTip(tr("Key %1").arg(index + 1));
        layout->addWidget(button);
        buttons_.push_back(button);
        connect(button, &QPushButton::clicked, this, [this, index] { show(index); });
    }
    connect(&dot_, &DotSession::choicesChanged, this, &Demonstrations::follow);
    follow();
}

void Demonstrations::show(int index) {
    const Demonstration& one = demonstrations().at(static_cast<std::size_t>(index));
    dot_.choose(tr("Show “%1”").arg(tr(one.name)), choicesOf(one, dot_.choices()));
    follow();
}

void Demonstrations::follow() {
    for (std::size_t i = 0; i < buttons_.size(); ++i)
        buttons_[i]->setChecked(choicesOf(demonstrations()[i], dot_.choices()) == dot_.choices());
}

}  // namespace mantissa::ui
