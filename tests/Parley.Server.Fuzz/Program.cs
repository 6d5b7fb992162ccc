using System.Globalization;
using Parley.Server.Fuzz;

// dotnet run -c Release --project tests/Parley.Server.Fuzz -- --seed 1 --seeds 1 --messages 200000 [--log FILE]
Environment.SetEnvironmentVariable("DOTNET_SYSTEM_NET_SOCKETS_INLINE_COMPLETIONS", "1"); // as the server's own process has it
int seed = 1,
    seeds = 1,
    messages = 200_000;
string? file = null;
for (int i = 0; i < args.Length; i++)
{
    string Value() => i + 1 < args.Length ? args[++i] : throw new ArgumentException($"{args[i]} needs a value.");
    switch (args[i])
    {
        case "--seed":
            seed = int.Parse(Value(), CultureInfo.InvariantCulture);
            break;
        case "--seeds":
            seeds = int.Parse(Value(), CultureInfo.InvariantCulture);
            break;
        case "--messages":
            messages = int.Parse(Value(), CultureInfo.InvariantCulture);
            break;
        case "--log":
            file = Value();
            break;
        default:
            Console.Error.WriteLine(
                "Usage: Parley.Server.Fuzz [--seed 1] [--seeds 1] [--messages 200000] [--log FILE]   (even seeds: the server trusts the sources)"
            );
            return 2;
    }
}

int failed = 0;
for (int each = seed; each < seed + seeds; each++)
{
    using StreamWriter? log = file is null ? null : new StreamWriter(file) { AutoFlush = true };
    FuzzOutcome outcome = await ServerFuzz.RunAsync(
        new FuzzSettings
        {
            Seed = each,
            Messages = messages,
            Log = log,
        }
    );
    Console.WriteLine(outcome.Summary);
    if (outcome.Faults.Count == 0)
        continue;
    failed++;
    foreach (string fault in outcome.Faults)
        Console.WriteLine($"  {fault}");
    Console.WriteLine(
        string.Create(
            CultureInfo.InvariantCulture,
            $"  once more, with all that is sent: --seed {each} --messages {messages} --log fuzz.log"
        )
    );
}

return failed == 0 ? 0 : 1;
