using System.Globalization;
using System.Text;
using Microsoft.Extensions.Configuration;
using Parley.WorstCase;

// Parley.WorstCase [--way TEXT] [--filling TEXT] [--repeats 9] [--limit 5] [--all]: see bench/README.md
string way = "",
    filling = "";
int repeats = 9;
double limit = 5;
bool all = false;
for (int i = 0; i < args.Length; i++)
{
    string Value() => i + 1 < args.Length ? args[++i] : throw new ArgumentException($"{args[i]} needs a value");
    switch (args[i])
    {
        case "--way":
            way = Value();
            break;
        case "--filling":
            filling = Value();
            break;
        case "--repeats":
            repeats = int.Parse(Value(), CultureInfo.InvariantCulture);
            break;
        case "--limit":
            limit = double.Parse(Value(), CultureInfo.InvariantCulture);
            break;
        case "--all":
            all = true;
            break;
        default:
            Console.Error.WriteLine("Usage: Parley.WorstCase [--way TEXT] [--filling TEXT] [--repeats 9] [--limit 5 (ms)] [--all]");
            return 2;
    }
}

using var text = new MemoryStream(Encoding.UTF8.GetBytes("""{ "Parley": { "Domains": [ "example.com" ] } }"""));
IConfigurationRoot settings = new ConfigurationBuilder().AddJsonStream(text).Build();
var rows = new List<(string Way, string Filling, int Bytes, double Least, double Median, int Out)>();
foreach (Way one in Way.All.Where(one => one.Name.Contains(way, StringComparison.OrdinalIgnoreCase)))
{
    using var server = new MeasuredServer(settings);
    one.Prepare(server);
    server.Settle();
    int n = 0;
    foreach (Filling each in Filling.All.Where(each => each.Name.Contains(filling, StringComparison.OrdinalIgnoreCase)))
    {
        var costs = new List<double>();
        int bytes = 0,
            sent = 0;
        // One more than counts: the first compiles. What is very dear is not repeated as often.
        for (int run = 0; run <= repeats && costs.Sum() < 3e6; run++)
        {
            string message = each.Apply(one.Message(server, ++n));
            int before = server.Network.SentCount;
            costs.Add(server.Cost(message));
            (bytes, sent) = (message.Length, server.Network.SentCount - before);
            if (run % 4 == 3)
                server.Settle();
        }

        server.Settle();
        double[] counted = [.. costs.Skip(costs.Count > 1 ? 1 : 0).Order()];
        rows.Add((one.Name, each.Name, bytes, counted[0], counted[counted.Length / 2], sent));
        if (counted[counted.Length / 2] > limit * 1000)
            Console.Error.WriteLine(FormattableString.Invariant($"{counted[counted.Length / 2] / 1000:F1} ms: {one.Name}, {each.Name}"));
    }
}

Console.WriteLine(
    FormattableString.Invariant(
        $"CPU of the thread that deals with one datagram, µs: parsing, transactions, routing, registrar, dialogs, copying what leaves. Least and median of {repeats}."
    )
);
Console.WriteLine();
Console.WriteLine("| median | least | way | filled with | bytes | messages out | |\n|---|---|---|---|---|---|---|");
foreach (var row in rows.OrderByDescending(static row => row.Median).Take(all ? int.MaxValue : 40))
    Console.WriteLine(
        FormattableString.Invariant(
            $"| {row.Median:F0} | {row.Least:F0} | {row.Way} | {row.Filling} | {row.Bytes} | {row.Out} | {(row.Median > limit * 1000 ? $"**over {limit} ms**" : "")} |"
        )
    );
int over = rows.Count(row => row.Median > limit * 1000);
Console.WriteLine();
Console.WriteLine(
    FormattableString.Invariant($"{rows.Count} kinds, {over} over {limit} ms; dearest: {rows.Max(static row => row.Median) / 1000:F1} ms")
);
return over == 0 ? 0 : 1;
