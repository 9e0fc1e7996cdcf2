"""What ``docs/scenarios.md`` says around its tables."""

from __future__ import annotations

HEAD = """# Cascade scenarios

What would a crash do: how much would be liquidated at an exchange, what would that cost its insurance fund, and what would be taken from you? `POST /api/v1/scenarios` and `seawall scenario` answer with ranges, not with a number, because most of what decides is not published. This page says how the answer is made, what it assumes, and how it compares with crashes that happened. It is written by `scripts/scenarios_doc.py`, and a test compares it.

A scenario is a thought, not a forecast. It says nothing about how likely a crash is.

    seawall scenario                                   # those that have a name
    seawall scenario 2025-10-10                        # that day's moves, on today's market and your positions
    seawall scenario --move -20%                       # BTC falls by 20 %, other coins by their betas
    seawall scenario --cascade 5e9 --venue hyperliquid # whatever move forces out so much there
"""

METHOD = """## Method

Everything below is done in each of (by default) 2,000 draws of what is not known. The answer gives the mean and the 5, 25, 50, 75 and 95 % quantiles. Every exchange and every coin has its own stream of random numbers, made from the seed and its name: what is drawn for one does not depend on what else is asked, and two scenarios that differ in one thing are compared draw by draw.

**1. Prices.** A coin's log return is its own move where one is given, else beta times BTC's, times a factor that strays. With a cascade of a given size, BTC's move is sought that forces out exactly so much at that exchange.

    r = beta · ln(1 + move) · strays

**2. Who is forced out.** One side loses: longs when the price falls, shorts when it rises, and each side is the whole open interest. A part of it is hedged or unlevered and stays. Of the rest, the way to liquidation is log-logistic:

    share(r) = levered · x / (1 + x)        x = (|r| / way) ^ shape
    forced   = share · open interest

**3. At which price.** All of it is closed at once, the square-root law says how far beyond its liquidation price:

    slippage = constant · volatility · √(forced / (daily volume · depth left))

**4. Once again.** Unless the move is the whole of it (a crash whose lows are known, a cascade of a given size), a share of the slippage stays in the price and forces out more. There is one such round.

**5. The shortfall** is what is closed beyond the bankruptcy price. The fund pays as far as it goes.

    shortfall = Σ forced · max(0, slippage − buffer)
    paid      = min(fund, shortfall)        left = fund − paid        uncovered = shortfall − paid

**6. Who pays the rest.** Where an exchange deleverages, the positions nobody can pay for are closed against winners at the bankruptcy price, and these lose what is uncovered, no more and no less. Where it takes a part of profits, the rate is uncovered / profits of the winning side, at most all of them; if even that does not do, the answer says in which share of the draws. Where it charges withdrawals, or does not say what it does, no figure is given.

    deleveraged = forced (of contracts closed beyond bankruptcy) · uncovered / shortfall
    haircut     = min(1, uncovered / (open interest · |move|))

**7. Your positions.** One is liquidated where its price reaches its liquidation price; its loss ends at its bankruptcy price. A winner is deleveraged once its standing is among the part of its side that is closed; where no standing is known it shares like the average. It loses the difference between the price and the bankruptcy price of the other side, and never more than its profit.

Funds pay for their own contracts only. The eight largest contracts of a fund, and those you hold, are worked out one by one, the others as one. A fund whose contracts' open interest is not all known and fresh gets no figure; nor does anything that follows from a balance that is not known.

These hold in every draw and are tested: without a move there is no shortfall; paid and left make the fund; what deleveraging takes and what was paid make the shortfall; a larger fund never raises deleveraging; a larger move never lowers the shortfall; the same seed gives the same answer.
"""

ASSUMED = """## What is assumed

Every answer lists these again, with what was read (*data*) and what was asked for (*given*). Ranges are drawn evenly; a figure with a range in brackets is log-normal, the brackets holding nine of ten draws.
"""

NAMED_HEAD = """## Scenarios with a name

The moves of past crashes, applied to today's open interest, funds and positions. Their moves hold what liquidations did to prices already, so there is no second round.
"""

COMPARED = """## Beside what happened

The same model, fed with what was published from before each crash. The parameters above were set from the sources beside them and not fitted to these figures, though two of them (volume and lost depth) rest on reports of the same events. *Data* and *assumed* say what was put in; everything under "model" came out.

![What came out of the model beside what was published](images/scenario.svg)

Thick: half of the draws; thin: nine of ten; the diamond is the published figure. The scale is logarithmic.
"""

READING = """### What agrees, what does not, and why

- **Hyperliquid, 10 October 2025.** The liquidated and the deleveraged volume lie near the middle of the draws, if the published open interest counts one side. The range of the deleveraged volume begins at nothing, so meeting its middle is partly luck. If it counts both, liquidations come out at half of what happened. The **shortfall comes out several times too large** and the fund's part with it: the model closes everything at the worst slippage of the whole cascade, while in truth the first positions found a better price. And the vault that serves as fund there is reported to have [earned](https://kappalab.webflow.io/insights/hlp-vs-llp-how-perpetual-dex-vaults-performed-in-the-20b-crypto-crash-october-2025) more than $40 M that day as the other side of liquidations. The model credits no fund with anything.
- **Binance, 10 October 2025.** What the fund paid lies near the middle of the draws. The open interest in ether is a guess, and the draws reach from nothing to the whole fund: a hit in the middle of so wide a range says that the size is right, no more. The liquidations its feed shows cannot be compared.
- **Binance, 19 May 2021.** The fund shrank by far less than the middle of the draws, though within the range. What is published is a balance a day later, with everything good liquidations brought in the meantime. The fall also took most of a day, where the model closes all at once.
- **BitMEX, 12 March 2020.** The fall of open interest is met. The fund paid less than the middle of the draws. Prices fell in two waves twelve hours apart, which the model takes for one.
- **Deribit, 12 March 2020.** The fund fell from 391 to 183 BTC, and the exchange put in 500 BTC of its own. Its open interest before that day was not found, so there is nothing to feed the model with.

All in all: sizes come out right within a factor of a few, losses of funds rather too large than too small. Take the range for the answer. A tenfold difference between two funds means something; a difference of a third does not.

### What is not in it

Prices that jump over many liquidation prices at once, so that nobody is closed anywhere near (this makes losses larger than said); funds and collateral held in coins that fall too; exchanges that stop, or change their rules on the day; market makers who come back; money an exchange puts in; profits of an earlier part of the session, of which a haircut could take its part and so be smaller.
"""
