using System.Globalization;

namespace Parley.Transport;

/// <summary>How the system's resolver finds a host: the order of nsswitch.conf, the search list and ndots of resolv.conf.</summary>
/// <param name="DnsFirst">The DNS is asked before the hosts file.</param>
/// <param name="UsesDns">The DNS is asked at all.</param>
/// <param name="Search">Domains to try behind a short name, in order.</param>
/// <param name="Dots">A name with fewer dots is short.</param>
internal sealed record ResolverSettings(bool DnsFirst, bool UsesDns, IReadOnlyList<string> Search, int Dots)
{
    // As the C library has it.
    private const int MostDomains = 6,
        MostDots = 15;

    public static ResolverSettings Parse(IEnumerable<string> nsswitch, IEnumerable<string> resolv)
    {
        var (first, usesDns) = ReadOrder(nsswitch);
        var search = new List<string>();
        var dots = 1;
        foreach (var line in resolv)
        {
            var words = Words(line);
            if (words.Length < 2)
                continue;
            if (words[0] is "search" or "domain") // the last one counts
                search = [.. words.Skip(1).Take(MostDomains).Select(static d => d.Trim('.')).Where(static d => d.Length > 0)];
            if (words[0] != "options")
                continue;
            foreach (var option in words.Skip(1))
            {
                if (
                    option.StartsWith("ndots:", StringComparison.Ordinal)
                    && int.TryParse(option.AsSpan(6), NumberStyles.None, CultureInfo.InvariantCulture, out var number)
                )
                    dots = Math.Min(number, MostDots);
            }
        }
        return new ResolverSettings(first, usesDns, search, dots);
    }

    /// <summary>
    /// The names to ask for, in order: a short one behind the search list first, then as it is. A long one is asked as it is alone, since a SIP domain is fully qualified;
    /// or each name that does not exist would cost a question per domain.
    /// </summary>
    public IEnumerable<string> Candidates(string name)
    {
        if (name.Count(static c => c == '.') < Dots)
        {
            foreach (var domain in Search)
            {
                if (name.Length + 1 + domain.Length <= 253)
                    yield return $"{name}.{domain}";
            }
        }
        yield return name;
    }

    private static (bool DnsFirst, bool UsesDns) ReadOrder(IEnumerable<string> nsswitch)
    {
        foreach (var line in nsswitch)
        {
            var words = Words(line.Replace(":", ": ", StringComparison.Ordinal));
            if (words.Length == 0 || words[0] != "hosts:")
                continue;
            var files = Array.IndexOf(words, "files");
            var dns = Array.FindIndex(words, static w => w is "dns" or "resolve");
            return (dns >= 0 && (files < 0 || dns < files), dns >= 0 || files < 0);
        }
        return (false, true);
    }

    private static string[] Words(string line)
    {
        var end = line.AsSpan().IndexOfAny('#', ';');
        return (end < 0 ? line : line[..end]).Split((char[])[' ', '\t'], StringSplitOptions.RemoveEmptyEntries);
    }
}
