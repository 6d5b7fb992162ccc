using System.Net;

namespace Parley.Transport;

/// <summary>The names of a hosts file: "address name alias ...", '#' begins a comment, names without case. Lines that cannot be read say nothing.</summary>
internal sealed class HostsFile
{
    private readonly Dictionary<string, List<SipEndPoint>> _names = new(StringComparer.OrdinalIgnoreCase);

    private HostsFile() { }

    public static HostsFile Parse(IEnumerable<string> lines)
    {
        var file = new HostsFile();
        foreach (var line in lines)
            file.Add(line);
        return file;
    }

    /// <summary>True when the name is in the file; the addresses are those of the family, possibly none.</summary>
    public bool TryFind(string name, bool ipv6, out List<SipEndPoint> addresses)
    {
        addresses = [];
        if (!_names.TryGetValue(name, out var all))
            return false;
        foreach (var address in all)
        {
            if (address.IsIPv6 == ipv6)
                addresses.Add(address);
        }
        return true;
    }

    public bool Knows(string name) => _names.ContainsKey(name);

    private void Add(string line)
    {
        var words = line.Split('#')[0].Split((char[])[' ', '\t'], StringSplitOptions.RemoveEmptyEntries);
        if (words.Length < 2 || !IPAddress.TryParse(words[0], out var parsed))
            return;
        var address = SipEndPoint.From(parsed, 0);
        for (var i = 1; i < words.Length; i++)
        {
            var name = words[i].TrimEnd('.');
            if (!_names.TryGetValue(name, out var known))
                _names[name] = known = [];
            if (!known.Contains(address))
                known.Add(address);
        }
    }
}
