using System.Globalization;
using Parley.Sip.Fuzz;
using Parley.Sip.Fuzz.Targets;
using SharpFuzz;

const string Usage = """
    Fuzzes Parley.Sip. Targets: message (also: parse), uri, stream (also: framer).
      run TARGET [--seconds 60] [--seed 1] [--corpus DIR]   mutates the corpus by itself
      replay TARGET FILE...                                 runs files
      afl TARGET                                            under afl-fuzz, after instrumenting Parley.Sip.dll with the sharpfuzz tool
      libfuzzer TARGET                                      under libfuzzer-dotnet, after instrumenting as well
    """;

if (args.Length < 2)
{
    Console.Error.WriteLine(Usage);
    return 64;
}

var target = FuzzTarget.Create(args[1]);
switch (args[0])
{
    case "run":
        return new FuzzRun(
            target,
            Option("--corpus", Path.Combine(AppContext.BaseDirectory, "Corpus")),
            int.Parse(Option("--seconds", "60"), CultureInfo.InvariantCulture),
            int.Parse(Option("--seed", "1"), CultureInfo.InvariantCulture)
        ).Run();
    case "replay":
        foreach (string file in args[2..])
        {
            var input = File.ReadAllBytes(file);
            Console.WriteLine($"{file}: {target.Run(input, input.Length):x8}");
        }
        return 0;
    case "afl":
        Fuzzer.OutOfProcess.Run(stream =>
        {
            using var copy = new MemoryStream();
            stream.CopyTo(copy);
            target.Run(copy.GetBuffer(), (int)copy.Length);
        });
        return 0;
    case "libfuzzer":
        Fuzzer.LibFuzzer.Run(input => target.Run(input.ToArray(), input.Length));
        return 0;
    default:
        Console.Error.WriteLine(Usage);
        return 64;
}

string Option(string name, string otherwise)
{
    int at = Array.IndexOf(args, name);
    return at >= 0 && at + 1 < args.Length ? args[at + 1] : otherwise;
}
