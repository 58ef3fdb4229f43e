"""{% bundle "js/site.js" %}…{% endbundle %} around links to files that every page of a kind needs."""

from django import template
from django.template.base import Parser, Token

from dashboard.web.bundles import BundleNode

register = template.Library()


@register.tag
def bundle(parser: Parser, token: Token) -> BundleNode:
    _, name = token.split_contents()
    nodelist = parser.parse(("endbundle",))
    parser.delete_first_token()
    return BundleNode(name.strip('"'), nodelist)
